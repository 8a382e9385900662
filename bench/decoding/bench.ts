// Generation against PyTorch with a key-value cache: same weights, same prompts, the likeliest token each time.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import type { Bench, Case, Side } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';
import { installPython, startLines, startPython } from '../python-peer.ts';
import { answerSchema, config, NEW_TOKENS, promptsOf } from './work.ts';

const torch = 'torch==2.15.0';
const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const cases = [
  { rows: 1, times: 10, rounds: 9 },
  { rows: 16, times: 3, rounds: 9 },
];

export async function openDecodingBench(say: (line: string) => void): Promise<Bench> {
  say(`installs ${torch} where it is missing`);
  const python = await installPython(torch.replace('==', '-'), [torch]);
  const folder = await mkdtemp(join(tmpdir(), 'coppice-decoding-'));
  const layout = gptLayout(config);
  // Ten times the usual deviation: else hardly anything depends on the tokens before.
  const parameters = initialParameters(layout, 1).map((value) => (value === 1 ? 1 : value * 10));
  const { config: json, weights } = writeGpt({ config, layout, parameters });
  await writeFile(join(folder, 'config.json'), json);
  await writeFile(join(folder, 'model.safetensors'), weights);
  await writeFile(join(folder, 'parameters.bin'), Buffer.from(parameters.buffer));

  const running: LineProcess[] = [];
  const told = new Map<number, string>();
  const side = (name: string, start: () => LineProcess, { rows, times }: (typeof cases)[number]): Side => {
    let line: LineProcess | undefined;
    return {
      name,
      run: async () => {
        if (line === undefined) running.push((line = start()));
        const { tokens, ...spent } = answerSchema.parse(await line.ask({ times }));
        const others = told.get(rows);
        const own = JSON.stringify(tokens);
        if (others !== undefined && others !== own) say(`  ${name}: other tokens than the other side's`);
        told.set(rows, own);
        return spent;
      },
    };
  };
  const ours = (task: object): LineProcess =>
    startLines(process.execPath, ['--import', 'tsx', place('ours.ts'), JSON.stringify(task)]);
  const peer = (task: object): LineProcess =>
    startPython(python, place('torch-peer.py'), {
      ...{ ...config, ...task, layout: layout.entries, newTokens: NEW_TOKENS },
      threads: availableParallelism(),
    });

  return {
    cases: cases.map((it): Case => {
      const task = { folder, prompts: promptsOf(it.rows) };
      return {
        ...{ name: `batch ${it.rows}`, unit: 'tokens', amount: it.times * it.rows * NEW_TOKENS },
        rounds: it.rounds,
        ours: side('ours', () => ours(task), it),
        peers: [side(`${torch} eager`, () => peer(task), it)],
      };
    }),
    remarks: [
      `${torch}, ${availableParallelism()} threads, with a key-value cache; ours, one thread; ${NEW_TOKENS} tokens after a prompt`,
    ],
    close: async () => {
      for (const line of running) await line.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
