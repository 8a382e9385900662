// Our side of the case `duplicates`: which documents repeat an earlier one.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createNearDuplicateIndex } from '../../pipeline/cleaning/duplicates/near-duplicates.ts';

const { file, characters, similarity } = JSON.parse(process.argv[2]) as {
  file: string;
  characters: number;
  similarity: number;
};
const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
const texts = lines.map((line) => JSON.parse(line) as string);

for await (const line of createInterface({ input: process.stdin })) {
  if (line === '') continue;
  const start = performance.now();
  const before = process.cpuUsage();
  const index = createNearDuplicateIndex({ shingleCharacters: characters, similarity });
  const duplicates: number[] = [];
  for (const [at, text] of texts.entries())
    if (index.add(String(at), text) !== undefined) duplicates.push(at);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - start) / 1_000;
  process.stdout.write(
    `${JSON.stringify({ seconds, processorSeconds: (user + system) / 1e6, duplicates })}\n`,
  );
}
