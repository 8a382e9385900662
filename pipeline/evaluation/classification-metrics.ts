// Metrics of predicted classes, all functions of the confusion matrix; equal to scikit-learn 1.9 with its defaults
// (an undefined ratio counts as 0, macro averages run over the classes that occur in truth or prediction).
import { MetricUndefined } from './metric-undefined.ts';

/** Counts of (true class, predicted class). */
export interface ConfusionMatrix {
  readonly classes: number;
  /** Row-major, row = true class, column = predicted class. [C, C] */
  readonly counts: Float64Array;
}

/** A metric of one class against the rest. */
type ClassMetric = (matrix: ConfusionMatrix, positive: number) => number;

/**
 * Counts truths against predictions.
 * @param labels true classes in [0, C) [N]
 * @param predicted predicted classes in [0, C) [N]
 * @param options `classes` is C; `indices` picks the examples to count, with repeats, as a bootstrap resample does
 * @throws MetricUndefined when the lengths differ or a class is out of range
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { classes, indices }: { readonly classes: number; readonly indices?: ArrayLike<number> },
): ConfusionMatrix {
  if (labels.length !== predicted.length) {
    throw new MetricUndefined(
      'confusion matrix',
      `${labels.length} labels against ${predicted.length} predictions`,
    );
  }
  const counts = new Float64Array(classes * classes);
  const examples = indices?.length ?? labels.length;
  for (let position = 0; position < examples; position += 1) {
    const example = indices === undefined ? position : indices[position];
    const truth = labels[example];
    const answer = predicted[example];
    if (!(truth >= 0 && truth < classes && answer >= 0 && answer < classes)) {
      throw new MetricUndefined(
        'confusion matrix',
        `example ${example} has the classes ${truth} and ${answer}`,
      );
    }
    counts[truth * classes + answer] += 1;
  }
  return { classes, counts };
}

/** @returns number of examples of each true class [C] */
export function supports({ classes, counts }: ConfusionMatrix): Float64Array {
  const sums = new Float64Array(classes);
  for (let cell = 0; cell < counts.length; cell += 1) sums[Math.floor(cell / classes)] += counts[cell];
  return sums;
}

/** @returns number of times each class was predicted [C] */
function predictions({ classes, counts }: ConfusionMatrix): Float64Array {
  const sums = new Float64Array(classes);
  for (let cell = 0; cell < counts.length; cell += 1) sums[cell % classes] += counts[cell];
  return sums;
}

function hits({ classes, counts }: ConfusionMatrix): number {
  let sum = 0;
  for (let k = 0; k < classes; k += 1) sum += counts[k * classes + k];
  return sum;
}

function total(metric: string, { counts }: ConfusionMatrix): number {
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum === 0) throw new MetricUndefined(metric, 'there are no examples');
  return sum;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * Share of examples whose class was predicted.
 * @throws MetricUndefined without examples
 */
export function accuracy(matrix: ConfusionMatrix): number {
  return hits(matrix) / total('accuracy', matrix);
}

/**
 * Mean recall over the classes that occur in the truth.
 * @throws MetricUndefined without examples
 */
export function balancedAccuracy(matrix: ConfusionMatrix): number {
  total('balanced accuracy', matrix);
  let sum = 0;
  let present = 0;
  supports(matrix).forEach((support, k) => {
    if (support === 0) return;
    sum += matrix.counts[k * matrix.classes + k] / support;
    present += 1;
  });
  return sum / present;
}

/** Share of what was predicted as the class that is of it; 0 where it was never predicted. */
export const precision: ClassMetric = (matrix, positive) => {
  total('precision', matrix);
  return ratio(matrix.counts[positive * matrix.classes + positive], predictions(matrix)[positive]);
};

/** Share of the class that was predicted as it; 0 where the class does not occur. */
export const recall: ClassMetric = (matrix, positive) => {
  total('recall', matrix);
  return ratio(matrix.counts[positive * matrix.classes + positive], supports(matrix)[positive]);
};

/** Harmonic mean of precision and recall; 0 where the class is neither true nor predicted. */
export const f1: ClassMetric = (matrix, positive) => {
  total('F1', matrix);
  const truePositives = matrix.counts[positive * matrix.classes + positive];
  return ratio(2 * truePositives, supports(matrix)[positive] + predictions(matrix)[positive]);
};

/**
 * Unweighted mean of a class metric over the classes that occur in truth or prediction.
 * @example macroAverage(matrix, f1)
 * @throws MetricUndefined without examples
 */
export function macroAverage(matrix: ConfusionMatrix, metric: ClassMetric): number {
  const supported = supports(matrix);
  const predicted = predictions(matrix);
  const present = [...supported.keys()].filter((k) => supported[k] + predicted[k] > 0);
  if (present.length === 0) throw new MetricUndefined('macro average', 'there are no examples');
  return present.reduce((sum, k) => sum + metric(matrix, k), 0) / present.length;
}

/**
 * Mean of a class metric over the classes, each weighing as much as it has true examples.
 * @throws MetricUndefined without examples
 */
export function weightedAverage(matrix: ConfusionMatrix, metric: ClassMetric): number {
  const examples = total('weighted average', matrix);
  return supports(matrix).reduce((sum, support, k) => sum + support * metric(matrix, k), 0) / examples;
}

/**
 * Precision, recall and F1 over the answers of all classes together: with one label an example, all three are accuracy.
 * @throws MetricUndefined without examples
 */
export function microAverage(matrix: ConfusionMatrix): number {
  return hits(matrix) / total('micro average', matrix);
}

/**
 * Matthews correlation coefficient for any number of classes (Gorodkin 2004), in [-1, 1].
 * @returns 0 where truth or prediction knows one class only
 * @throws MetricUndefined without examples
 */
export function matthewsCorrelation(matrix: ConfusionMatrix): number {
  const examples = total('Matthews correlation', matrix);
  const truths = supports(matrix);
  const answers = predictions(matrix);
  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, k) => sum + value * b[k], 0);
  const spread = (examples ** 2 - dot(answers, answers)) * (examples ** 2 - dot(truths, truths));
  return ratio(hits(matrix) * examples - dot(truths, answers), Math.sqrt(spread));
}
