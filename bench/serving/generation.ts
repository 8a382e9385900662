// The gateway against FastAPI: the same decoder, prompts, tokenizer and clients, the likeliest token each time.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import { tokenizerConfig } from '../../pipeline/tokenization/tokenizer-config.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import type { Case } from '../measure.ts';
import type { PeerDependencies } from './classification.ts';
import { ourServer, pythonServer, type Server } from './server.ts';
import { sideOf } from './side.ts';
import { generatorConfig, model, newTokens, textsOf, tokenizers } from './work.ts';

const loads = [
  { clients: 1, requests: 8, rounds: 5 },
  { clients: 16, requests: 32, rounds: 5 },
];
const longestPrompt = 30; // words
const answerSchema = z.object({
  choices: z.tuple([z.object({ text: z.string() })]),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.literal(newTokens) }),
});
type Answer = z.output<typeof answerSchema>;

export interface GenerationDependencies extends PeerDependencies {
  readonly say: (line: string) => void;
}

export async function generationCases({ python, threads, folder, latencies, say }: GenerationDependencies) {
  const told = await writeFiles(folder);
  const peer = (turns: boolean) =>
    pythonServer(python, 'generation-peer.py', { folder, threads, turns, ...told });
  const servers = {
    ours: ourServer({ kind: 'generator', folder }),
    threads: peer(false),
    turns: peer(true),
  };
  const prompts = textsOf(Math.max(...loads.map(({ requests }) => requests)), longestPrompt);
  const known = new Map<number, Answer>();
  const check = (answers: readonly Answer[]): void => {
    let others = 0;
    for (const [index, answer] of answers.entries()) {
      const before = known.get(index) ?? answer;
      known.set(index, before);
      if (before.usage.prompt_tokens !== answer.usage.prompt_tokens)
        throw new Error(`sides read prompt ${index} as other tokens`);
      if (before.choices[0].text !== answer.choices[0].text) others += 1;
    }
    if (others > 0) say(`  ${others} of ${answers.length} texts differ from those of another side`);
  };
  const cases = loads.map(({ clients, requests, rounds }): Case => {
    const name = `generation ${clients}`;
    const bodies = prompts
      .slice(0, requests)
      .map((prompt) => ({ model, prompt, max_tokens: newTokens, temperature: 0 }));
    const asked = { name, path: '/v1/completions', bodies, schema: answerSchema, clients, latencies, check };
    const side = (of: string, server: Server) => sideOf(of, server, asked);
    const inThreads = side('FastAPI + PyTorch', servers.threads);
    return {
      ...{ name, unit: 'tokens', amount: requests * newTokens, rounds },
      ours: side('ours', servers.ours),
      peers: clients === 1 ? [inThreads] : [inThreads, side('FastAPI + PyTorch, in turns', servers.turns)],
    };
  });
  return { cases, servers: Object.values(servers) };
}

/** @returns the model's shape, and where each parameter stands in `parameters.bin` */
async function writeFiles(folder: string): Promise<object> {
  await mkdir(folder);
  await copyFile(tokenizers.generator, join(folder, 'tokenizer.json'));
  const { vocabularySize } = await loadTokenizer(await readFile(tokenizers.generator, 'utf8'));
  const config = generatorConfig(vocabularySize);
  const layout = gptLayout(config);
  // Ten times the usual deviation: else hardly anything depends on the tokens before.
  const parameters = initialParameters(layout, 1).map((value) => (value === 1 ? 1 : value * 10));
  const { config: json, weights } = writeGpt({ config, layout, parameters });
  await writeFile(join(folder, 'config.json'), json);
  await writeFile(join(folder, 'model.safetensors'), weights);
  await writeFile(join(folder, 'parameters.bin'), Buffer.from(parameters.buffer));
  const ours = tokenizerConfig(config.contextLength, 'generation');
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(ours));
  return { shape: config, layout: layout.entries };
}
