// Takes out lines or paragraphs that stood before, in this document or in an earlier one, as C4 does with its spans of three
// sentences (Raffel et al. 2020, arXiv:1910.10683, section 2.2).
import type { DeduplicateLinesSpec } from '../../../contracts/model-spec/duplicates.ts';
import type { Replacement } from '../rewrites.ts';
import type { CleaningStep } from '../working-document.ts';
import { changeBy } from '../working-document.ts';
import { fingerprint } from './fingerprint.ts';

/** A line or a paragraph, with the line feed that ends it. */
interface Unit {
  readonly start: number;
  readonly end: number;
}

function* linesOf(text: string): Generator<Unit> {
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed + 1;
    yield { start, end };
    start = end;
  }
}

/** Lines up to one without a character. */
function* paragraphsOf(text: string): Generator<Unit> {
  let start: number | undefined;
  for (const line of linesOf(text)) {
    const isBlank = text.slice(line.start, line.end).trim() === '';
    if (!isBlank) start ??= line.start;
    else if (start !== undefined) {
      yield { start, end: line.start };
      start = undefined;
    }
  }
  if (start !== undefined) yield { start, end: text.length };
}

const WORD = /[\p{L}\p{N}]/u;

/** @returns the units that count, with their fingerprints */
export function* unitsOf(
  text: string,
  { unit, minimumCharacters }: Omit<DeduplicateLinesSpec, 'step'>,
): Generator<Unit & { readonly print: number }> {
  for (const it of unit === 'line' ? linesOf(text) : paragraphsOf(text)) {
    const piece = text.slice(it.start, it.end);
    if (piece.trim().length >= minimumCharacters) yield { ...it, print: fingerprint(piece) };
  }
}

/**
 * Makes the step `deduplicate-lines`.
 * @param seen fingerprints of lines that came before; those that come are added
 */
export function createDeduplicateLines(
  options: Omit<DeduplicateLinesSpec, 'step'>,
  seen: Set<number> = new Set(),
): CleaningStep {
  return (document) => {
    const replacements: Replacement[] = [];
    for (const { start, end, print } of unitsOf(document.text, options)) {
      if (seen.has(print)) replacements.push({ start, piece: document.text.slice(start, end), by: '' });
      else seen.add(print);
    }
    if (replacements.length === 0) return { decision: 'keep' };
    const verdict = changeBy(document, [{ replacements }], { [options.unit]: replacements.length });
    return verdict.decision === 'change' && !WORD.test(verdict.text)
      ? { decision: 'drop', reason: 'nothing-new' }
      : verdict;
  };
}
