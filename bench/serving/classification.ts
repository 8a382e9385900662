// The gateway against FastAPI: the same classifier, texts, tokenizer and clients.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { softmax } from '../../pipeline/graph/operations.ts';
import { classifierLogits } from '../../pipeline/model/bert-graph.ts';
import { initialParameters, namedTensors, parameterLayout } from '../../pipeline/model/layout.ts';
import { writeModel } from '../../pipeline/model/model-files.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import type { Case } from '../measure.ts';
import type { Latencies } from './latencies.ts';
import { ourServer, pythonServer, type Server } from './server.ts';
import { sideOf } from './side.ts';
import { classifierConfig, contextLength, labels, model, textsOf, tokenizers } from './work.ts';

const lengthStep = 32;
const loads = [
  { clients: 1, requests: 200, rounds: 5 },
  { clients: 32, requests: 600, rounds: 5 },
];
const answerSchema = z.object({ probabilities: z.record(z.string(), z.number()) });

export interface PeerDependencies {
  readonly python: string;
  readonly threads: number;
  /** A place for the model's files. */
  readonly folder: string;
  readonly latencies: Latencies;
}

export async function classificationCases({ python, threads, folder, latencies }: PeerDependencies) {
  const layout = await writeFiles(folder);
  const peer = (engine: string) =>
    pythonServer(python, 'peer.py', { folder, threads, engine, contextLength, labels, layout });
  const servers = {
    ours: ourServer({ kind: 'classifier', folder }),
    torch: peer('torch'),
    onnxruntime: peer('onnxruntime'),
  };
  const texts = textsOf(Math.max(...loads.map(({ requests }) => requests)));
  const known = new Map<number, number>();
  const check = (answers: readonly z.output<typeof answerSchema>[]): void => {
    for (const [index, { probabilities }] of answers.entries()) {
      const { spam } = probabilities;
      const others = known.get(index) ?? spam;
      if (Math.abs(others - spam) > 1e-4) throw new Error(`one side answers ${spam}, another ${others}`);
      known.set(index, others);
    }
  };
  const cases = loads.map(({ clients, requests, rounds }): Case => {
    const name = `classification ${clients}`;
    const bodies = texts.slice(0, requests).map((input) => ({ model, input }));
    const asked = {
      name,
      path: '/v1/classifications',
      bodies,
      schema: answerSchema,
      clients,
      latencies,
      check,
    };
    const side = (of: string, server: Server) => sideOf(of, server, asked);
    return {
      ...{ name, unit: 'requests', amount: requests, rounds },
      ours: side('ours', servers.ours),
      peers: [side('FastAPI + PyTorch', servers.torch), side('FastAPI + onnxruntime', servers.onnxruntime)],
    };
  });
  return { cases, servers: Object.values(servers) };
}

/** @returns where each parameter stands in `parameters.bin` */
async function writeFiles(folder: string): Promise<object> {
  await mkdir(folder);
  await copyFile(tokenizers.classifier, join(folder, 'tokenizer.json'));
  const { vocabularySize } = await loadTokenizer(await readFile(tokenizers.classifier, 'utf8'));
  const config = classifierConfig(vocabularySize);
  const layout = parameterLayout(config);
  const parameters = initialParameters(layout, 1);
  const { config: json, weights } = writeModel({ config, layout, parameters });
  await writeFile(join(folder, 'config.json'), json);
  await writeFile(join(folder, 'model.safetensors'), weights);
  await writeFile(join(folder, 'parameters.bin'), Buffer.from(parameters.buffer));
  await writeFile(
    join(folder, 'decision.json'),
    JSON.stringify({ labels, positiveLabel: 'spam', threshold: 0.5 }),
  );
  const values = new Map(namedTensors(layout, parameters).map((tensor) => [tensor.name, tensor.values]));
  for (let length = lengthStep; length <= contextLength; length += lengthStep) {
    const logits = classifierLogits(createGraph(), { config, batchSize: 1, length });
    const file = writeOnnx({ probabilities: softmax(logits) }, { values });
    await writeFile(join(folder, `${length}.onnx`), file);
  }
  return layout.entries;
}
