// English typos: a word that no dictionary has and nobody says becomes the most frequent word at an edit's distance (Norvig
// 2007, "How to Write a Spelling Corrector", with a dictionary for a language model). Names are left: words with a capital.
import type { EnglishSpelling } from '../language/analysers.ts';
import type { Replacement } from '../rewrites.ts';

const WORD = /(?<![\p{L}\p{M}\p{N}_'’@./-])[a-z]{4,20}(?![\p{L}\p{M}\p{N}_'’@/-])/gu;

/** Makes what finds typos; words that were looked up are remembered. */
export function createEnglishTypos(
  { isWord, suggest, frequency }: EnglishSpelling,
  { keep, maximumLookups }: { readonly keep: ReadonlySet<string>; readonly maximumLookups: number },
): (text: string) => Replacement[] {
  const known = new Map<string, string>();
  const correct = (word: string): string => {
    const found = suggest(word)
      .filter((it) => /^[a-z]+$/.test(it) && it[0] === word[0] && isOneEdit(word, it) && frequency(it) > 0)
      .sort((a, b) => frequency(b) - frequency(a) || (a < b ? -1 : 1));
    return found.at(0) ?? word;
  };
  return (text) => {
    const replacements: Replacement[] = [];
    let lookups = 0;
    for (const { index: start, 0: piece } of text.matchAll(WORD)) {
      if (keep.has(piece) || isWord(piece) || frequency(piece) > 0) continue;
      lookups += 1;
      if (lookups > maximumLookups) break;
      const by = known.get(piece) ?? correct(piece);
      if (known.size < 100_000) known.set(piece, by); // as much as a corpus has, and no more of a hostile one
      if (by !== piece) replacements.push({ start, piece, by });
    }
    return replacements;
  };
}

/** A letter more, less or other, or two that changed places (Damerau 1964). */
export function isOneEdit(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (Math.max(left.length, right.length) <= 1) return left !== right;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
