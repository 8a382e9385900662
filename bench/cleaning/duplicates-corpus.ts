// Six megabytes of the documents with near-duplicates of a fifth of them set in: copies in which words were replaced, left out
// and put in, more in one than in another, so that similarities lie on both sides of the threshold.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Random } from '../../pipeline/random.ts';
import { createRandom } from '../../pipeline/random.ts';
import { cacheFolder, exists, publishFolder } from '../../setup/cache.mjs';
import { fetchDocuments } from './corpus.ts';

const SEED = 16;
const CHARACTERS = { en: 3_500_000, ko: 1_200_000 } as const; // about 3.5 MB and 2.5 MB
const COPIED = 0.2;
const MOST_CHANGED = 0.12; // share of the words of a copy

/** @returns the path of a file of documents, a line each, as JSON strings */
export async function fetchDuplicates(): Promise<string> {
  const cache = cacheFolder(process.env);
  const place = join(cache, 'bench', 'cleaning-duplicates-1');
  const name = 'documents.jsonl';
  if (!exists(place)) {
    const files = await fetchDocuments();
    await publishFolder(cache, async (folder) => {
      const random = createRandom(SEED);
      const documents = [
        ...(await some(files.en, CHARACTERS.en, random)),
        ...(await some(files.ko, CHARACTERS.ko, random)),
      ];
      const copies = documents.filter(() => random.next() < COPIED).map((text) => changedCopy(text, random));
      const lines = [...documents, ...copies].map((text) => ({ text, at: random.next() }));
      lines.sort((left, right) => left.at - right.at);
      await writeFile(join(folder, name), lines.map(({ text }) => `${JSON.stringify(text)}\n`).join(''));
      return { result: undefined, place };
    });
  }
  return join(place, name);
}

/** Documents drawn from a file until there are so many characters. */
async function some(file: string, characters: number, random: Random): Promise<string[]> {
  const all = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const drawn: string[] = [];
  for (let length = 0; length < characters && all.length > 0; ) {
    const [line] = all.splice(random.integer(all.length), 1);
    const text = z.string().parse(JSON.parse(line));
    drawn.push(text);
    length += text.length;
  }
  return drawn;
}

function changedCopy(text: string, random: Random): string {
  const words = text.split(' ');
  const share = random.next() * MOST_CHANGED;
  const changed = words.flatMap((word) => {
    if (random.next() >= share) return [word];
    const other = words[random.integer(words.length)];
    return [[], [other], [word, other]][random.integer(3)];
  });
  return changed.join(' ');
}
