// How varied texts are: distinct-n (Li et al. 2016, arXiv:1510.03055) over all of them, the share of n-grams that repeat one
// before within a text (Welleck et al. 2020, arXiv:1908.04319, seq-rep-n), and how long they are. Words stand between white space.
import { quantile } from '../bootstrap.ts';
import { countNgrams, createNumbering } from './ngram-table.ts';
import { splitWhiteSpace } from './white-space.ts';

export interface DiversityFigures {
  /** Different words of all words, and different pairs of all pairs, in (0, 1]; NaN where there is none. */
  readonly distinct1: number;
  readonly distinct2: number;
  /** Mean share of the runs of four words that stood in the same text before; NaN where no text has one. */
  readonly repeated4: number;
  /** Words of a text. */
  readonly words: { readonly mean: number; readonly median: number; readonly most: number };
}

/** @param texts empty ones count as texts of no words; without any text no figure has a value */
export function measureDiversity(texts: readonly string[]): DiversityFigures {
  const number = createNumbering();
  const sequences = texts.map((text) => number(splitWhiteSpace(text)));
  const lengths = sequences.map(({ length }) => length).sort((a, b) => a - b);
  const repeated = sequences.filter(({ length }) => length >= 4).map((one) => 1 - distinctShare([one], 4));
  return {
    distinct1: distinctShare(sequences, 1),
    distinct2: distinctShare(sequences, 2),
    repeated4: mean(repeated),
    words: {
      mean: mean(lengths),
      median: lengths.length === 0 ? Number.NaN : quantile(lengths, 0.5),
      most: lengths.at(-1) ?? Number.NaN,
    },
  };
}

function distinctShare(sequences: readonly Int32Array[], order: number): number {
  const { grams, orders } = countNgrams(sequences, order);
  let distinct = 0;
  for (let gram = 1; gram <= grams; gram += 1) if (orders[gram] === order) distinct += 1;
  return distinct / sequences.reduce((sum, { length }) => sum + Math.max(0, length - order + 1), 0);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
