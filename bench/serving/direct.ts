// The model apart from the gateway: its task in this process, asked without HTTP and without another process. Answers
// `{ text }` lines with what computing took.
import { createInterface } from 'node:readline';
import { loadClassification } from '../../serving/tasks/classification-process.ts';
import { contextLength } from './work.ts';

const { folder } = JSON.parse(process.argv[2]) as { readonly folder: string };
const nothing = (): void => undefined;
const files = { directory: folder, contextLength, weights: 'model.safetensors' };
const model = await loadClassification(files, nothing);

for await (const line of createInterface({ input: process.stdin })) {
  const { text } = JSON.parse(line) as { text: string };
  const { signal } = new AbortController();
  const begun = performance.now();
  await model.answer([text], { signal, tell: nothing });
  process.stdout.write(`${JSON.stringify({ milliseconds: performance.now() - begun })}\n`);
}
