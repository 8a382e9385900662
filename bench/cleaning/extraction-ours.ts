// Our side: extracts the main text of all pages.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { mainText } from '../../pipeline/cleaning/main-text.ts';
import type { AnnotatedPage } from './annotated-pages.ts';

const { file } = JSON.parse(process.argv[2]) as { file: string };
const lines = readFileSync(file, 'utf8').trim().split('\n');
const pages = lines.map((line) => JSON.parse(line) as AnnotatedPage);

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as { texts: boolean };
  const start = performance.now();
  const before = process.cpuUsage();
  const texts = pages.map(({ html }) => mainText(html));
  const { user, system } = process.cpuUsage(before);
  const spent = { seconds: (performance.now() - start) / 1_000, processorSeconds: (user + system) / 1e6 };
  process.stdout.write(`${JSON.stringify({ ...spent, texts: request.texts ? texts : [] })}\n`);
}
