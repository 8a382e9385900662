// Takes out lines that pages of one host repeat, such as a notice that stands on each. Pages are seen once and in their order,
// so the first few keep such a line.
import { fingerprint } from './duplicates/fingerprint.ts';
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

/** Of each of two halves; about 50 MB in all. */
const MOST_LINES = 500_000;
const WORD = /[\p{L}\p{N}]/u;

/** Counts in two halves: when the newer is full it becomes the older, and what was in that and did not come again is forgotten. */
function createCounts(most: number): { readonly add: (key: number) => number } {
  let newer = new Map<number, number>();
  let older = new Map<number, number>();
  return {
    add: (key) => {
      const before = newer.get(key) ?? older.get(key) ?? 0;
      if (newer.size >= most) [older, newer] = [newer, new Map<number, number>()];
      newer.set(key, before + 1);
      return before;
    },
  };
}

/** @returns the host of an address, or the source where addresses have none, such as a package's */
function siteOf({ uri, source }: { readonly uri: string; readonly source: string }): string {
  const host = URL.canParse(uri) ? new URL(uri).host : '';
  return host === '' ? source : host;
}

/**
 * Makes the step `strip-repeated-lines`.
 * @param options.pages a line goes from a page on before which so many of its host had it
 * @param options.most lines that are remembered at least, of all hosts
 */
export function createStripRepeatedLines({
  pages,
  most = MOST_LINES,
}: {
  readonly pages: number;
  readonly most?: number;
}): CleaningStep {
  const counts = createCounts(most);
  return (document) => {
    const site = siteOf(document);
    const ofPage = new Map<string, number>();
    const lines = document.text.split('\n').filter((line) => {
      const words = line.trim();
      if (!WORD.test(words)) return true;
      const before = ofPage.get(words) ?? counts.add(fingerprint(`${site}\n${words}`));
      ofPage.set(words, before);
      return before < pages;
    });
    const verdict = changeTo(document, lines.join('\n'));
    return verdict.decision === 'change' && !WORD.test(verdict.text)
      ? { decision: 'drop', reason: 'only-repeated-lines' }
      : verdict;
  };
}
