// chrF (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation") and chrF++ (Popović 2017), equal to
// sacrebleu 2.6, whose scale from 0 to 100 and signatures it has. It needs no tokenization, so that it suits Korean as well.
import { countNgrams, createNumbering } from './ngram-table.ts';
import type { GenerationScore, Segments } from './segments.ts';
import { countReferences, createSumStatistic, sumRows } from './segments.ts';
import { codePoints, removeWhiteSpace, splitWhiteSpace } from './white-space.ts';

export interface ChrfOptions {
  /** Longest n-grams of characters, 6 by default. */
  readonly characterOrder?: number;
  /** Longest n-grams of words: 0 is chrF and the default, 2 is chrF++. */
  readonly wordOrder?: number;
  /** Recall weighs so much more than precision, 2 by default. */
  readonly beta?: number;
  readonly lowercase?: boolean;
  /** Counts white space as characters. */
  readonly whitespace?: boolean;
  /** Smooths an order without n-grams by a tiny number, as chrF++.py does, and does not leave it out. */
  readonly epsilonSmoothing?: boolean;
}

type Chosen = Required<ChrfOptions>;

const VERSION = '2.6.0'; // of sacrebleu, whose definition this is
const EPSILON = 1e-16;

const chosen = (options: ChrfOptions): Chosen => ({
  ...{ characterOrder: 6, wordOrder: 0, beta: 2, lowercase: false, whitespace: false },
  epsilonSmoothing: false,
  ...options,
});

/**
 * chrF of all texts together, each held against the reference that suits it best. Empty texts have no n-gram: the score is
 * 0 where nothing else counts.
 * @throws MetricUndefined without examples, for unequal lengths or an example without a reference
 */
export function corpusChrf(segments: Segments, given: ChrfOptions = {}): GenerationScore {
  const options = chosen(given);
  const references = countReferences('chrF', segments);
  const width = 3 * (options.characterOrder + options.wordOrder);
  const rows = countMatches(segments, options);
  const score = (sums: Float64Array): number => fScore(sums, options);
  return {
    value: score(sumRows(rows, width)),
    signature: signatureOf(references, options),
    statistic: createSumStatistic(rows, width, score),
  };
}

/** chrF of one text. */
export function sentenceChrf(
  hypothesis: string,
  references: readonly string[],
  options: ChrfOptions = {},
): GenerationScore {
  return corpusChrf({ hypotheses: [hypothesis], references: [references] }, options);
}

/** @returns of each text, for each order: n-grams of the hypothesis, of the reference, and those in both */
function countMatches({ hypotheses, references }: Segments, options: Chosen): Float64Array {
  const { characterOrder, wordOrder } = options;
  const width = 3 * (characterOrder + wordOrder);
  const rows = new Float64Array(hypotheses.length * width);
  const scratch = new Float64Array(width);
  const number = createNumbering();
  const lowered = (text: string): string => (options.lowercase ? text.toLowerCase() : text);
  const charactersOf = (text: string) => codePoints(options.whitespace ? text : removeWhiteSpace(text));
  hypotheses.forEach((hypothesis, example) => {
    const texts = [hypothesis, ...references[example]].map(lowered);
    const characters = countNgrams(texts.map(charactersOf), characterOrder);
    const words =
      wordOrder > 0
        ? countNgrams(
            texts.map((it) => number(splitWords(it))),
            wordOrder,
          )
        : null;
    let best = -1;
    for (let reference = 1; reference < texts.length; reference += 1) {
      scratch.fill(0);
      addMatches(characters, { reference, counts: scratch });
      if (words !== null) addMatches(words, { reference, counts: scratch.subarray(3 * characterOrder) });
      const score = fScore(scratch, options);
      if (score <= best) continue;
      best = score;
      rows.set(scratch, example * width);
    }
  });
  return rows;
}

/** An order in which the reference has no n-gram counts none of the hypothesis either. */
function addMatches(
  { grams, orders, counts: occurrences }: ReturnType<typeof countNgrams>,
  { reference, counts }: { readonly reference: number; readonly counts: Float64Array },
): void {
  const [own, other] = [occurrences[0], occurrences[reference]];
  for (let gram = 1; gram <= grams; gram += 1) {
    const at = 3 * (orders[gram] - 1);
    counts[at] += own[gram];
    counts[at + 1] += other[gram];
    counts[at + 2] += Math.min(own[gram], other[gram]);
  }
  for (let at = 0; at < counts.length; at += 3) if (counts[at + 1] === 0) counts[at] = 0;
}

const punctuation = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');

/** Parts one mark from a word's end or, where there is none, from its beginning, as sacrebleu does. */
function splitWords(text: string): string[] {
  return splitWhiteSpace(text).flatMap((word) => {
    const last = word.length - 1;
    if (last === 0) return word;
    if (punctuation.has(word[last])) return [word.slice(0, last), word[last]];
    return punctuation.has(word[0]) ? [word[0], word.slice(1)] : word;
  });
}

function fScore(counts: Float64Array, { characterOrder, wordOrder, beta, epsilonSmoothing }: Chosen): number {
  const orders = characterOrder + wordOrder;
  const factor = beta ** 2;
  let [score, precisions, recalls, effective] = [0, 0, 0, 0];
  for (let order = 0; order < orders; order += 1) {
    const [hypothesis, reference, both] = counts.subarray(3 * order, 3 * order + 3);
    const precision = hypothesis > 0 ? both / hypothesis : EPSILON;
    const recall = reference > 0 ? both / reference : EPSILON;
    const divisor = factor * precision + recall;
    score += divisor > 0 ? ((1 + factor) * precision * recall) / divisor : EPSILON;
    if (hypothesis > 0 && reference > 0) {
      precisions += precision;
      recalls += recall;
      effective += 1;
    }
  }
  if (epsilonSmoothing) return (100 * score) / orders;
  if (precisions + recalls === 0) return 0;
  const [precision, recall] = [precisions / effective, recalls / effective];
  return (100 * (1 + factor) * precision * recall) / (factor * precision + recall);
}

function signatureOf(references: string, options: Chosen): string {
  return [
    `nrefs:${references}`,
    `case:${options.lowercase ? 'lc' : 'mixed'}`,
    `eff:${options.epsilonSmoothing ? 'no' : 'yes'}`,
    `nc:${options.characterOrder}`,
    `nw:${options.wordOrder}`,
    `space:${options.whitespace ? 'yes' : 'no'}`,
    `version:${VERSION}`,
  ].join('|');
}
