// Grammar of English, from what a checker finds: only what has one remedy, in plain words of one line, outside code and
// quotations.
import type { EnglishGrammar, GrammarFinding } from '../language/analysers.ts';
import type { Replacement } from '../rewrites.ts';
import { type ProtectedStretch, protectedStretches, touchesOne } from './protected-stretches.ts';

/** A checker's time grows faster than what it is given; a line that is longer is no prose. */
const LONGEST_PIECE = 5_000;
/** Some ten seconds of checking. */
const LONGEST_TEXT = 500_000;
/** What was found, with the words around it: small letters, but for the first of a sentence, and `I`. */
const PLAIN = /^[A-Z]?[a-z']*(?: (?:I|[a-z']+))*$/;
const WORD_BEFORE = /[^\s]{0,40} ?$/;
const WORD_BEHIND = /^ ?[^\s]{0,40}/;

/** A replacement, and the rule that asks for it. */
export interface GrammarReplacement extends Replacement {
  readonly rule: string;
}

/**
 * @param rules names of those that count
 * @returns replacements in the order of the text, none within another
 */
export async function grammarCorrections(
  text: string,
  { find, keep, rules }: { find: EnglishGrammar; keep: ReadonlySet<string>; rules: readonly string[] },
): Promise<GrammarReplacement[]> {
  const apart = protectedStretches(text);
  const corrections: GrammarReplacement[] = [];
  for (const { offset, piece } of piecesOf(text.slice(0, LONGEST_TEXT))) {
    for (const finding of await find(piece, rules)) {
      const correction = correctionOf(piece, finding, keep);
      if (correction === undefined) continue;
      const { around, ...it } = correction;
      if (!touchesOne(apart, { start: around.start + offset, end: around.end + offset }))
        corrections.push({ ...it, start: it.start + offset });
    }
  }
  return withoutOverlaps(corrections);
}

/** Paragraphs, and parts of long ones by whole lines. */
function* piecesOf(text: string): Generator<{ readonly offset: number; readonly piece: string }> {
  let [start, at] = [0, 0];
  const taken = (end: number) => ({ offset: start, piece: text.slice(start, end) });
  for (const line of text.split('\n')) {
    const end = at + line.length;
    const isBetween = line.trim() === '' || line.length > LONGEST_PIECE;
    if (isBetween || end - start > LONGEST_PIECE) {
      if (at > start) yield taken(at);
      start = isBetween ? end + 1 : at;
    }
    at = end + 1;
  }
  if (text.length > start) yield taken(text.length);
}

/** @returns undefined where there is doubt */
function correctionOf(
  text: string,
  { start, end, rule, remedies }: GrammarFinding,
  keep: ReadonlySet<string>,
): (GrammarReplacement & { readonly around: ProtectedStretch }) | undefined {
  const piece = text.slice(start, end);
  if (remedies.length !== 1 || keep.has(piece) || remedies[0] === piece) return undefined;
  const before = WORD_BEFORE.exec(text.slice(Math.max(0, start - 41), start))?.[0] ?? '';
  const behind = WORD_BEHIND.exec(text.slice(end, end + 41))?.[0] ?? '';
  if (behind.trim() === '' && end < text.trimEnd().length) return undefined; // the next word is on another line
  const words = before.replace(/^.*[.!?] $/, '') + piece + behind.replace(/[.,;:!?]$/, '');
  if (!PLAIN.test(words)) return undefined;
  return {
    ...{ start, piece, by: remedies[0], rule },
    around: { start: start - before.length, end: end + behind.length },
  };
}

function withoutOverlaps(corrections: readonly GrammarReplacement[]): GrammarReplacement[] {
  let done = 0;
  return corrections
    .toSorted((a, b) => a.start - b.start || b.piece.length - a.piece.length)
    .filter(({ start, piece }) => {
      if (start < done) return false;
      done = start + piece.length;
      return true;
    });
}
