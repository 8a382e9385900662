// What written texts have word for word from what was trained on: the share of their runs of words that stand there, and
// the longest run (after Carlini et al. 2023, arXiv:2202.07646, who ask for 50 tokens verbatim). The written texts are few, so
// their runs are indexed and the corpus is read once.
import { splitWhiteSpace } from './white-space.ts';

export interface MemorisationFigures {
  /** Words of a run that was looked for. */
  readonly order: number;
  /** Of the texts' runs, how many stand in the corpus, 0 to 1; NaN where no text is long enough. */
  readonly share: number;
  /** Words of the longest run that both have, and its text; 0 where none is as long as a run. */
  readonly longest: number;
  readonly longestText: string;
}

interface Place {
  readonly text: number;
  readonly word: number;
}

const MOST_PLACES = 50; // of one run: a text that says the same over and over has it thousands of times

/**
 * @param texts what was written
 * @param documents what was trained on, read once
 * @param order words of a run, 5 by default
 */
export function measureMemorisation(
  texts: readonly string[],
  documents: Iterable<string>,
  order = 5,
): MemorisationFigures {
  const written = texts.map(splitWhiteSpace);
  const places = indexRuns(written, order);
  const found = new Set<string>();
  let longest: readonly string[] = [];
  for (const document of places.size === 0 ? [] : documents) {
    const words = splitWhiteSpace(document);
    for (let at = 0; at + order <= words.length; at += 1) {
      const run = runAt(words, at, order);
      const starts = places.get(run);
      if (starts === undefined) continue;
      found.add(run);
      for (const { text, word } of starts) {
        const own = written[text];
        // One that goes on from the word before was counted from there.
        if (at > 0 && word > 0 && words[at - 1] === own[word - 1]) continue;
        let length = order;
        while (word + length < own.length && words[at + length] === own[word + length]) length += 1;
        if (length > longest.length) longest = own.slice(word, word + length);
      }
    }
  }
  const runs = written.flatMap((words) => runsOf(words, order));
  return {
    order,
    share: runs.filter((run) => found.has(run)).length / runs.length,
    longest: longest.length,
    longestText: longest.join(' '),
  };
}

const runAt = (words: readonly string[], at: number, order: number): string =>
  words.slice(at, at + order).join(' ');

function runsOf(words: readonly string[], order: number): string[] {
  return Array.from({ length: Math.max(0, words.length - order + 1) }, (_, at) => runAt(words, at, order));
}

function indexRuns(written: readonly (readonly string[])[], order: number): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const [text, words] of written.entries()) {
    for (const [word, run] of runsOf(words, order).entries()) {
      const known = places.get(run) ?? [];
      if (known.length < MOST_PLACES) known.push({ text, word });
      places.set(run, known);
    }
  }
  return places;
}
