// A linear classifier of texts: character n-grams, one logistic regression a label, so that a text may have several
// labels or none. Small enough to score every document of a corpus on one core.
import { fitLogisticRegression } from '../../evaluation/logistic-regression.ts';
import type { SparseRows } from '../../evaluation/sparse-rows.ts';
import { type NgramFeatures, ngramRows } from './features.ts';

/** A text and what people say that it is; no labels: none of them. */
export interface LabelledText {
  readonly text: string;
  readonly labels: readonly string[];
}

/** Weights of one label: 2^bits of them, in single precision as they are stored. */
export interface LabelWeights {
  readonly label: string;
  readonly intercept: number;
  readonly weights: Float32Array;
}

export interface TextClassifier {
  readonly features: NgramFeatures;
  /** In the order of the labels' names. */
  readonly labels: readonly LabelWeights[];
  /** Number of texts that it learned from. */
  readonly examples: number;
}

/** Examples that nothing can be learned from. */
export class UntrainableLabel extends Error {
  override readonly name = 'UntrainableLabel';
}

export interface TrainingOptions extends Partial<NgramFeatures> {
  /** Inverse strength of the penalty, 10 by default, since rows have length 1: scikit-learn's C. */
  readonly inverseRegularization?: number | undefined;
  readonly maximumIterations?: number | undefined;
}

/** Two to four characters hold a stem in both scripts; 2^16 columns keep a label at 350 KB in its file. */
const defaults: NgramFeatures = { shortest: 2, longest: 4, bits: 16, readCharacters: 10_000 };

/**
 * Learns each label against the texts without it.
 * @throws UntrainableLabel where there is no label, or one that all texts have
 */
export function trainTextClassifier(
  examples: readonly LabelledText[],
  { inverseRegularization = 10, maximumIterations = 200, ...given }: TrainingOptions = {},
): TextClassifier {
  const features = { ...defaults, ...given };
  const names = [...new Set(examples.flatMap(({ labels }) => labels))].sort();
  if (names.length === 0) throw new UntrainableLabel('no example has a label');
  const rows = ngramRows(
    examples.map(({ text }) => text),
    features,
  );
  const labels = names.map((label) => {
    const targets = examples.map((example) => (example.labels.includes(label) ? 1 : 0));
    if (!targets.includes(0)) throw new UntrainableLabel(`all examples are ${label}: none shows what is not`);
    const { coefficients } = fitLogisticRegression(rows, targets, {
      ...{ classes: 2, inverseRegularization, maximumIterations, tolerance: 1e-4 },
    });
    const weights = Float32Array.from(coefficients.subarray(0, rows.columns));
    return { label, intercept: coefficients[rows.columns], weights };
  });
  return { features, labels, examples: examples.length };
}

/**
 * @returns for each text the probability of each label, in the order of `classifier.labels`
 */
export function scoreTexts(classifier: TextClassifier, texts: readonly string[]): number[][] {
  const rows = ngramRows(texts, classifier.features);
  return texts.map((_, row) => classifier.labels.map((label) => probability(rows, row, label)));
}

function probability(
  { offsets, indices, values }: SparseRows,
  row: number,
  { intercept, weights }: LabelWeights,
): number {
  let score = intercept;
  for (let entry = offsets[row]; entry < offsets[row + 1]; entry += 1)
    score += values[entry] * weights[indices[entry]];
  return 1 / (1 + Math.exp(-score));
}
