// Sentences of the tokenization bench's corpus, English and Korean; what was “written” is each with some words changed.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createRandom } from '../../pipeline/random.ts';
import { fetchCorpus } from '../tokenization/corpus.ts';
import type { EvaluationData } from './work.ts';

const TEXTS = 2_000;
const SCORES = 200_000;
const [LEAST_WORDS, MOST_WORDS] = [8, 60];
const CHANGED = 0.25; // of the words

export async function makeData(): Promise<EvaluationData> {
  const random = createRandom(1);
  const references: string[] = [];
  for (const file of await fetchCorpus()) references.push(...(await sentencesOf(file, TEXTS / 2)));
  const words = references.flatMap((text) => text.split(' '));
  const hypotheses = references.map((text) =>
    text
      .split(' ')
      .map((word) => (random.next() < CHANGED ? words[random.integer(words.length)] : word))
      .join(' '),
  );
  const labels = Array.from({ length: SCORES }, () => Number(random.next() < 0.3));
  const scores = labels.map((label) => Math.round((random.next() + label * 0.4) * 1e4) / 1e4); // with ties
  return { hypotheses, references, labels, scores };
}

async function sentencesOf(file: string, count: number): Promise<string[]> {
  const found: string[] = [];
  const input = createReadStream(file);
  for await (const line of createInterface({ input })) {
    for (const sentence of line.split(/(?<=[.!?]) /)) {
      const words = sentence.trim().split(/\s+/);
      if (words.length >= LEAST_WORDS && words.length <= MOST_WORDS) found.push(words.join(' '));
      if (found.length < count) continue;
      input.destroy();
      return found;
    }
  }
  return found;
}
