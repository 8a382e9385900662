// BLEU (Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation") with the smoothing of Chen
// & Cherry 2014, equal to sacrebleu 2.6 (Post 2018, arXiv:1804.08771), whose scale from 0 to 100 and signatures it has.
import { countNgrams, createNumbering } from './ngram-table.ts';
import type { GenerationScore, Segments } from './segments.ts';
import { countReferences, createSumStatistic, sumRows } from './segments.ts';
import type { Tokenization } from './tokenizations.ts';
import { tokenizations } from './tokenizations.ts';
import { trimEnd } from './white-space.ts';

/** What an order without a match counts as: its value is stated where one is needed. */
export type BleuSmoothing =
  | { readonly method: 'none' }
  | { readonly method: 'exp' }
  /** `value`: of matches, 0.1 by default. */
  | { readonly method: 'floor'; readonly value?: number }
  /** `value`: added to matches and totals from the second order on, 1 by default. */
  | { readonly method: 'add-k'; readonly value?: number };

export interface BleuOptions {
  readonly tokenization?: keyof typeof tokenizations | Tokenization;
  /** `exp` by default. */
  readonly smoothing?: BleuSmoothing;
  readonly lowercase?: boolean;
  /** Leaves out orders that the text is too short for: for single sentences. */
  readonly effectiveOrder?: boolean;
  /** 4 by default. */
  readonly maximumOrder?: number;
}

export interface BleuScore extends GenerationScore {
  /** Of each order, in per cent, smoothed. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
  /** In tokens, of all texts. */
  readonly hypothesisLength: number;
  /** In tokens, of the references that are closest in length; of equally close ones the shorter. */
  readonly referenceLength: number;
}

const VERSION = '2.6.0'; // of sacrebleu, whose definition this is
const defaultValues = { floor: 0.1, 'add-k': 1 };

/**
 * BLEU of all texts together. An empty hypothesis counts as one without a token; without any match the score is 0.
 * @throws MetricUndefined without examples, for unequal lengths or an example without a reference
 */
export function corpusBleu(segments: Segments, options: BleuOptions = {}): BleuScore {
  const references = countReferences('BLEU', segments);
  const { maximumOrder = 4 } = options;
  const width = 2 + 2 * maximumOrder;
  const rows = countMatches(segments, options);
  return {
    ...scoreSums(sumRows(rows, width), options),
    signature: signatureOf(references, options),
    statistic: createSumStatistic(rows, width, (of) => scoreSums(of, options).value),
  };
}

/** BLEU of one text, with orders that it is too short for left out unless it is said otherwise. */
export function sentenceBleu(
  hypothesis: string,
  references: readonly string[],
  options: BleuOptions = {},
): BleuScore {
  return corpusBleu(
    { hypotheses: [hypothesis], references: [references] },
    { effectiveOrder: true, ...options },
  );
}

/** @returns of each text: its length, that of the closest reference, matches of each order, totals of each order */
function countMatches({ hypotheses, references }: Segments, options: BleuOptions): Float64Array {
  const { maximumOrder: orders = 4, lowercase = false } = options;
  const { split } = tokenizationOf(options);
  const number = createNumbering();
  const prepare = (text: string): Int32Array => number(split(trimEnd(lowercase ? text.toLowerCase() : text)));
  const width = 2 + 2 * orders;
  const rows = new Float64Array(hypotheses.length * width);
  hypotheses.forEach((hypothesis, example) => {
    const texts = [hypothesis, ...references[example]].map(prepare);
    const table = countNgrams(texts, orders);
    const [own, ...others] = table.counts;
    const row = rows.subarray(example * width, (example + 1) * width);
    row[0] = texts[0].length;
    row[1] = closestLength(
      texts[0].length,
      texts.slice(1).map(({ length }) => length),
    );
    for (let gram = 1; gram <= table.grams; gram += 1) {
      const count = own[gram];
      if (count === 0) continue;
      let most = 0;
      for (const other of others) if (other[gram] > most) most = other[gram];
      row[1 + table.orders[gram]] += Math.min(count, most);
      row[1 + orders + table.orders[gram]] += count;
    }
  });
  return rows;
}

function closestLength(length: number, references: readonly number[]): number {
  return references.reduce((best, candidate) => {
    const [nearer, before] = [Math.abs(length - candidate), Math.abs(length - best)];
    return nearer < before || (nearer === before && candidate < best) ? candidate : best;
  });
}

const tokenizationOf = ({ tokenization = '13a' }: BleuOptions): Tokenization =>
  typeof tokenization === 'string' ? tokenizations[tokenization] : tokenization;

function valueOf(smoothing: BleuSmoothing): number | undefined {
  if (smoothing.method === 'none' || smoothing.method === 'exp') return undefined;
  return smoothing.value ?? defaultValues[smoothing.method];
}

function scoreSums(sums: Float64Array, options: BleuOptions): Omit<BleuScore, 'signature' | 'statistic'> {
  const { smoothing = { method: 'exp' }, maximumOrder = 4, effectiveOrder = false } = options;
  const [hypothesisLength, referenceLength] = sums;
  const isShort = hypothesisLength < referenceLength;
  const brevityPenalty = !isShort
    ? 1
    : hypothesisLength > 0
      ? Math.exp(1 - referenceLength / hypothesisLength)
      : 0;
  const precisions = new Array<number>(maximumOrder).fill(0);
  const told = { precisions, brevityPenalty, hypothesisLength, referenceLength };
  const matches = sums.subarray(2, 2 + maximumOrder);
  if (matches.every((count) => count === 0)) return { value: 0, ...told };

  const value = valueOf(smoothing) ?? 0;
  let halved = 1;
  let order = maximumOrder;
  for (let n = 0; n < maximumOrder; n += 1) {
    const added = smoothing.method === 'add-k' && n > 0 ? value : 0;
    const total = sums[2 + maximumOrder + n] + added;
    const matched = matches[n] + added;
    if (total === 0) break;
    if (effectiveOrder) order = n + 1;
    if (matched > 0) precisions[n] = (100 * matched) / total;
    else if (smoothing.method === 'floor') precisions[n] = (100 * value) / total;
    else if (smoothing.method === 'exp') {
      halved *= 2;
      precisions[n] = 100 / (halved * total);
    }
  }
  // sacrebleu takes -9999999999 for the logarithm of 0, which leaves nothing of the score either.
  const logarithms = precisions.slice(0, order).reduce((sum, of) => sum + Math.log(of), 0);
  return { value: brevityPenalty * Math.exp(logarithms / order), ...told };
}

function signatureOf(references: string, options: BleuOptions): string {
  const { smoothing = { method: 'exp' }, lowercase = false, effectiveOrder = false } = options;
  const value = valueOf(smoothing);
  return [
    `nrefs:${references}`,
    `case:${lowercase ? 'lc' : 'mixed'}`,
    `eff:${effectiveOrder ? 'yes' : 'no'}`,
    `tok:${tokenizationOf(options).name}`,
    `smooth:${smoothing.method}${value === undefined ? '' : `[${value.toFixed(2)}]`}`,
    `version:${VERSION}`,
  ].join('|');
}
