// Changes of a text as plain data, so that the same list cleans a text and, where offsets count, says where each stretch
// of the result came from.
import type { Alignment, Stretch } from '../../contracts/document.ts';
import { append, compose, identity } from './alignment.ts';

/** A piece of a text, and what takes its place. */
export interface Replacement {
  readonly start: number;
  readonly piece: string;
  readonly by: string;
}

/** Replaces what a pattern finds or a list says, or brings a text into a Unicode normalization form (UAX #15). */
export type Rewrite =
  /** The pattern is global and never empty; what stands in the place is the same everywhere, and has no `$`. */
  | { readonly pattern: RegExp; readonly by: string }
  | { readonly form: 'NFC' | 'NFKC' }
  /** Of the text as it is by then, in its order, none within another. */
  | { readonly replacements: readonly Replacement[] };

export interface Traced {
  readonly text: string;
  /** Of the text with the one before. */
  readonly alignment: Alignment;
}

/** @returns the text after all changes, in their order */
export function rewrite(text: string, rewrites: readonly Rewrite[]): string {
  return rewrites.reduce((before, it) => {
    if ('form' in it) return before.normalize(it.form);
    return 'pattern' in it ? before.replace(it.pattern, it.by) : replacedBy(before, it.replacements);
  }, text);
}

/** The same text as `rewrite`, and where it came from. */
export function traceRewrites(text: string, rewrites: readonly Rewrite[]): Traced {
  return rewrites.reduce<Traced>(
    (before, it) => {
      const next = traced(before.text, replacementsOf(before.text, it));
      return { text: next.text, alignment: compose(before.alignment, next.alignment) };
    },
    { text, alignment: identity(text.length) },
  );
}

function replacementsOf(text: string, it: Rewrite): Iterable<Replacement> {
  if ('form' in it) return normalized(text, it.form);
  return 'pattern' in it ? replaced(text, it) : it.replacements;
}

function replacedBy(text: string, replacements: readonly Replacement[]): string {
  let made = '';
  let done = 0;
  for (const { start, piece, by } of replacements) {
    made += text.slice(done, start) + by;
    done = start + piece.length;
  }
  return made + text.slice(done);
}

function traced(text: string, replacements: Iterable<Replacement>): Traced {
  const stretches: Stretch[] = [];
  let made = '';
  let done = 0;
  const copy = (end: number): void => {
    append(stretches, [end - done, done, end]);
    made += text.slice(done, end);
    done = end;
  };
  for (const { start, piece, by } of replacements) {
    if (piece === by) continue;
    copy(start);
    done = start + piece.length;
    append(stretches, [by.length, start, done]);
    made += by;
  }
  copy(text.length);
  return { text: made, alignment: stretches };
}

function* replaced(text: string, { pattern, by }: { pattern: RegExp; by: string }): Generator<Replacement> {
  for (const { index, 0: piece } of text.matchAll(pattern)) yield { start: index, piece, by };
}

/** No ASCII character joins what stands before it, so that a text can be normalized from one to the next. */
const RUN = /[\0-\x7F]?[^\0-\x7F]+/g;

function* normalized(text: string, form: 'NFC' | 'NFKC'): Generator<Replacement> {
  for (const { index, 0: run } of text.matchAll(RUN)) {
    const whole = run.normalize(form);
    if (whole === run) continue;
    const pieces = [...new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(run)];
    const apart = pieces.map(({ segment }) => segment.normalize(form));
    // What is written as one character nearly always is one to Unicode as well; where not, the run is taken whole.
    if (apart.join('') !== whole) yield { start: index, piece: run, by: whole };
    else
      for (const [at, { segment, index: within }] of pieces.entries())
        yield { start: index + within, piece: segment, by: apart[at] };
  }
}
