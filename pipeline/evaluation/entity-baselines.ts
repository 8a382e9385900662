// What a model that finds entities must beat: naming none, and giving every word the tag that it had most often.
import { outside } from '../entities/tags.ts';

/** Words of a document, as they are written, and their tags. */
export interface LabelledWords {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** @returns what tags words by their spelling alone; a word that was not seen, or oftenest is none, is no entity */
export function frequentTags(training: readonly LabelledWords[]): (words: readonly string[]) => string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { words, tags } of training) {
    for (const [at, word] of words.entries()) {
      const of = counts.get(word) ?? new Map<string, number>();
      counts.set(word, of.set(tags[at], (of.get(tags[at]) ?? 0) + 1));
    }
  }
  const frequent = new Map([...counts].map(([word, of]) => [word, mostFrequent(of)]));
  return (words) => words.map((word) => frequent.get(word) ?? outside);
}

/** Of equally frequent tags the first in alphabetical order. */
function mostFrequent(counts: ReadonlyMap<string, number>): string {
  return [...counts].sort(([a, of], [b, than]) => than - of || (a < b ? -1 : 1))[0][0];
}
