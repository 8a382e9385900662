// The gateway against FastAPI over loopback: the same classifier, texts, tokenizer and clients.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../pipeline/graph/onnx/write-onnx.ts';
import { softmax } from '../../pipeline/graph/operations.ts';
import { classifierLogits } from '../../pipeline/model/bert-graph.ts';
import { initialParameters, namedTensors, parameterLayout } from '../../pipeline/model/layout.ts';
import { writeModel } from '../../pipeline/model/model-files.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { type Bench, type Case, quantile, type Side } from '../measure.ts';
import { installPython } from '../python-peer.ts';
import { askAll, processorSeconds } from './load.ts';
import { configOf, contextLength, labels, startedSchema, type Task, textsOf } from './work.ts';

const packages = [
  'fastapi==0.165.0',
  'uvicorn==0.54.0',
  'torch==2.15.0',
  'onnxruntime==1.30.0',
  'tokenizers==0.23.3',
  'numpy==2.4.6',
];
const threads = 2;
const lengthStep = 32;
const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const cases = [
  { clients: 1, requests: 200, rounds: 5 },
  { clients: 32, requests: 600, rounds: 5 },
];

export async function openServingBench(say: (line: string) => void): Promise<Bench> {
  say(`installs ${packages.join(', ')} where they are missing`);
  const python = await installPython('serving-torch-2.15.0', packages);
  const folder = await mkdtemp(join(tmpdir(), 'coppice-serving-'));
  const layout = await writeFiles(folder);
  const task: Task = { folder, threads };
  const peer = (engine: string) => [
    '-u',
    place('peer.py'),
    JSON.stringify({ ...task, engine, contextLength, labels, layout }),
  ];
  const servers = {
    ours: createServer(process.execPath, ['--import', 'tsx', place('ours.ts'), JSON.stringify(task)]),
    torch: createServer(python, peer('torch')),
    onnxruntime: createServer(python, peer('onnxruntime')),
  };
  const texts = textsOf(Math.max(...cases.map(({ requests }) => requests)));
  const known = new Map<number, number>();

  const side = (name: string, server: Server, { clients, requests }: (typeof cases)[number]): Side => ({
    name,
    run: async () => {
      const { port, pid } = await server.start();
      const before = await processorSeconds(pid);
      const begun = performance.now();
      const { probabilities, milliseconds } = await askAll(port, texts.slice(0, requests), clients);
      const seconds = (performance.now() - begun) / 1_000;
      const [p50, p99] = [0.5, 0.99].map((share) => quantile(milliseconds, share).toFixed(1));
      say(`  ${name}: p50 ${p50} ms, p99 ${p99} ms`);
      for (const [index, { spam }] of probabilities.entries()) {
        const others = known.get(index) ?? spam;
        if (Math.abs(others - spam) > 1e-4) throw new Error(`${name} answers ${spam}, another ${others}`);
        known.set(index, others);
      }
      return { seconds, processorSeconds: (await processorSeconds(pid)) - before };
    },
  });
  return {
    cases: cases.map(
      (it): Case => ({
        ...{ name: `classification ${it.clients}`, unit: 'requests', amount: it.requests },
        rounds: it.rounds,
        ours: side('ours', servers.ours, it),
        peers: [
          side('FastAPI + PyTorch', servers.torch, it),
          side('FastAPI + onnxruntime', servers.onnxruntime, it),
        ],
      }),
    ),
    remarks: [
      `${packages.join(', ')}; peers with ${threads} threads, ours with one thread a model process; loopback, no store; uvicorn without uvloop`,
    ],
    close: async () => {
      for (const server of Object.values(servers)) await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @returns where each parameter stands in `parameters.bin` */
async function writeFiles(folder: string): Promise<object> {
  const tokenizer = new URL('../../tests/golden/tokenizer.json', import.meta.url);
  await copyFile(tokenizer, join(folder, 'tokenizer.json'));
  const { vocabularySize } = await loadTokenizer(await readFile(tokenizer, 'utf8'));
  const config = configOf(vocabularySize);
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

interface Server {
  /** Once; later it is the same. */
  readonly start: () => Promise<{ readonly port: number; readonly pid: number }>;
  readonly stop: () => Promise<void>;
}

function createServer(command: string, args: readonly string[]): Server {
  let child: ChildProcess | undefined;
  let started: Promise<{ readonly port: number; readonly pid: number }> | undefined;
  const start = async () => {
    const process_ = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child = process_;
    const [line] = (await once(createInterface({ input: process_.stdout }), 'line')) as [string];
    return { ...startedSchema.parse(JSON.parse(line)), pid: process_.pid ?? 0 };
  };
  return {
    start: () => (started ??= start()),
    stop: async () => {
      child?.stdin?.end();
      if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
