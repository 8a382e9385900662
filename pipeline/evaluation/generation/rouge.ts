// ROUGE (Lin 2004, "ROUGE: a package for automatic evaluation of summaries"): n-grams in common (1, 2), the longest common
// subsequence of the texts (L) and of their lines (Lsum); equal to rouge-score 0.1.2 in English. Of several references the
// one counts that gives the most.
import { commonLength, markCommon } from './longest-common-subsequence.ts';
import { countNgrams, createNumbering } from './ngram-table.ts';
import { rougeTokenizations } from './rouge-tokenizations.ts';
import type { GenerationScore, Segments } from './segments.ts';
import { countReferences, createMeanScore } from './segments.ts';
import type { Tokenization } from './tokenizations.ts';

export type RougeKind = '1' | '2' | 'L' | 'Lsum';

export interface RougeOptions {
  /** `english` by default. */
  readonly tokenization?: keyof typeof rougeTokenizations | Tokenization;
}

/** Each in [0, 1]. */
export interface RougeFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface RougeScore extends GenerationScore {
  /** Of each example; the value is the mean of their F1. */
  readonly examples: readonly RougeFigures[];
}

const VERSION = '0.1.2'; // of rouge-score, whose definition this is

/** A text without a token shares nothing with any other: 0, as in rouge-score. */
const nothing: RougeFigures = { precision: 0, recall: 0, f1: 0 };

/**
 * ROUGE of one kind.
 * @throws MetricUndefined without examples, for unequal lengths or an example without a reference
 */
export function rouge(kind: RougeKind, segments: Segments, options: RougeOptions = {}): RougeScore {
  const metric = `ROUGE-${kind}`;
  const references = countReferences(metric, segments);
  const { tokenization = 'english' } = options;
  const { name, split } = typeof tokenization === 'string' ? rougeTokenizations[tokenization] : tokenization;
  const number = createNumbering();
  const tokens = (text: string): Int32Array => number(split(text));
  const compare = {
    '1': (reference: string, text: string) => compareNgrams(tokens(reference), tokens(text), 1),
    '2': (reference: string, text: string) => compareNgrams(tokens(reference), tokens(text), 2),
    L: (reference: string, text: string) => compareSequences(tokens(reference), tokens(text)),
    Lsum: (reference: string, text: string) =>
      compareLines(linesOf(reference).map(tokens), linesOf(text).map(tokens)),
  }[kind];
  const examples = segments.hypotheses.map((text, example) =>
    segments.references[example]
      .map((reference) => compare(reference, text))
      .reduce((best, figures) => (figures.f1 > best.f1 ? figures : best)),
  );
  const signature = `rouge:${kind}|nrefs:${references}|tok:${name}|agg:mean|version:${VERSION}`;
  return {
    ...createMeanScore(
      Float64Array.from(examples, ({ f1 }) => f1),
      signature,
    ),
    examples,
  };
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

function figuresOf(hits: number, references: number, texts: number): RougeFigures {
  const precision = hits / Math.max(1, texts);
  const recall = hits / Math.max(1, references);
  return {
    precision,
    recall,
    f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
  };
}

function compareNgrams(reference: Int32Array, text: Int32Array, order: number): RougeFigures {
  const { grams, orders, counts } = countNgrams([reference, text], order);
  const [theirs, ours] = counts;
  let hits = 0;
  for (let gram = 1; gram <= grams; gram += 1) {
    if (orders[gram] === order) hits += Math.min(theirs[gram], ours[gram]);
  }
  const total = ({ length }: Int32Array): number => Math.max(0, length - order + 1);
  return figuresOf(hits, total(reference), total(text));
}

function compareSequences(reference: Int32Array, text: Int32Array): RougeFigures {
  if (reference.length === 0 || text.length === 0) return nothing;
  return figuresOf(commonLength(reference, text), reference.length, text.length);
}

/** Of each line of the reference what any line of the text has in common with it, no token counted twice. */
function compareLines(references: readonly Int32Array[], texts: readonly Int32Array[]): RougeFigures {
  const total = (lines: readonly Int32Array[]): number => lines.reduce((sum, { length }) => sum + length, 0);
  if (total(references) === 0 || total(texts) === 0) return nothing;
  const [left, leftInTexts] = [countTokens(references), countTokens(texts)];
  let hits = 0;
  for (const line of references) {
    const marks = new Uint8Array(line.length);
    for (const text of texts) markCommon(line, text, marks);
    line.forEach((token, at) => {
      const [ours, theirs] = [leftInTexts.get(token) ?? 0, left.get(token) ?? 0];
      if (marks[at] === 0 || ours === 0 || theirs === 0) return;
      hits += 1;
      leftInTexts.set(token, ours - 1);
      left.set(token, theirs - 1);
    });
  }
  return figuresOf(hits, total(references), total(texts));
}

function countTokens(lines: readonly Int32Array[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const line of lines) for (const token of line) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}
