// Our side: a generator on ONNX Runtime; answers `{ times }` lines with what they took.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadOnnxGenerator } from '../../runtimes/onnx/generator.ts';
import type { Task } from './work.ts';
import { NEW_TOKENS } from './work.ts';

const { folder, prompts } = JSON.parse(process.argv[2]) as Task;
const generator = loadOnnxGenerator({
  config: readFileSync(join(folder, 'config.json'), 'utf8'),
  weights: readFileSync(join(folder, 'model.safetensors')),
});

async function continued(): Promise<number[][]> {
  const tokens: number[][] = prompts.map(() => []);
  for await (const step of generator.generate(prompts, { temperature: 0, maximumNewTokens: NEW_TOKENS })) {
    for (const { row, id } of step) tokens[row].push(id);
  }
  return tokens;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { times } = JSON.parse(line) as { times: number };
  const start = performance.now();
  const before = process.cpuUsage();
  let tokens: number[][] = [];
  for (let time = 0; time < times; time += 1) tokens = await continued();
  const { user, system } = process.cpuUsage(before);
  const answer = {
    seconds: (performance.now() - start) / 1_000,
    processorSeconds: (user + system) / 1e6,
    tokens,
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
