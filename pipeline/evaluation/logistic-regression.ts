// Logistic regression with an L2 penalty on the weights, not on the intercepts: the objective of scikit-learn's
// LogisticRegression, C Σ loss + |w|²/2; one output for two classes, a softmax for more. Its minimum is unique.

import type { MinimumOptions, Objective } from './lbfgs.ts';
import { minimize } from './lbfgs.ts';
import { MetricUndefined } from './metric-undefined.ts';
import type { SparseRows } from './sparse-rows.ts';

export interface LogisticRegressionOptions extends MinimumOptions {
  /** Number of classes C. */
  readonly classes: number;
  /** Inverse strength of the penalty, 1 by default: scikit-learn's C. */
  readonly inverseRegularization?: number;
}

export interface LogisticRegression {
  /** @returns probability of each class, row-major [N, C]; 0 for a class that training did not see */
  readonly probabilities: (rows: SparseRows) => Float64Array;
  /** Weights of each output [O, F], then their intercepts [O]; one output, of the higher class, where two were seen. */
  readonly coefficients: Float64Array;
  readonly iterations: number;
  /** False where the iterations ran out first. */
  readonly converged: boolean;
}

/** Weights of output o stand at [o F, (o + 1) F), the intercepts behind all of them. F features, O outputs. */
interface Layout {
  readonly features: number;
  readonly outputs: number;
}

/**
 * Fits the model.
 * @param rows features of the training examples [N, F]
 * @param labels their classes in [0, C) [N]
 * @throws MetricUndefined when the examples are all of one class
 */
export function fitLogisticRegression(
  rows: SparseRows,
  labels: ArrayLike<number>,
  options: LogisticRegressionOptions,
): LogisticRegression {
  const { classes, inverseRegularization = 1 } = options;
  const seen = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  if (seen.length < 2) throw new MetricUndefined('logistic regression', 'the examples are all of one class');
  const layout = { features: rows.columns, outputs: seen.length === 2 ? 1 : seen.length };
  const targets = Int32Array.from(labels, (label) => seen.indexOf(label));
  const objective = createObjective(rows, targets, { ...layout, inverseRegularization });
  const minimum = minimize(objective, new Float64Array(layout.outputs * (layout.features + 1)), options);

  const probabilities = (batch: SparseRows): Float64Array => {
    const answers = new Float64Array(batch.rows * classes);
    const row = new Float64Array(seen.length);
    const scores = new Float64Array(layout.outputs);
    for (let example = 0; example < batch.rows; example += 1) {
      score(batch, example, { point: minimum.point, scores });
      normalize(scores, row, 0);
      seen.forEach((label, at) => {
        answers[example * classes + label] = row[at];
      });
    }
    return answers;
  };
  const { point: coefficients, iterations, converged } = minimum;
  return { probabilities, coefficients, iterations, converged };
}

/** Value and gradient of C Σ -ln p(target) + |w|²/2. */
function createObjective(
  rows: SparseRows,
  targets: Int32Array,
  { features, outputs, inverseRegularization }: Layout & { inverseRegularization: number },
): Objective {
  const scores = new Float64Array(outputs);
  const probabilities = new Float64Array(Math.max(2, outputs));
  const weights = outputs * features;
  return (point, gradient) => {
    let penalty = 0;
    for (let at = 0; at < weights; at += 1) {
      gradient[at] = point[at];
      penalty += point[at] * point[at];
    }
    gradient.fill(0, weights);
    let loss = 0;
    for (let example = 0; example < rows.rows; example += 1) {
      score(rows, example, { point, scores });
      loss += normalize(scores, probabilities, targets[example]);
      for (let output = 0; output < outputs; output += 1) {
        const of = outputs === 1 ? 1 : output;
        const error = inverseRegularization * (probabilities[of] - (targets[example] === of ? 1 : 0));
        for (let entry = rows.offsets[example]; entry < rows.offsets[example + 1]; entry += 1) {
          gradient[output * features + rows.indices[entry]] += error * rows.values[entry];
        }
        gradient[weights + output] += error;
      }
    }
    return inverseRegularization * loss + penalty / 2;
  };
}

/** Writes the score of each output for one row into `scores`. */
function score(
  { columns, offsets, indices, values }: SparseRows,
  example: number,
  { point, scores }: { point: Float64Array; scores: Float64Array },
): void {
  for (let output = 0; output < scores.length; output += 1) {
    const start = output * columns;
    let sum = point[scores.length * columns + output];
    for (let entry = offsets[example]; entry < offsets[example + 1]; entry += 1) {
      sum += values[entry] * point[start + indices[entry]];
    }
    scores[output] = sum;
  }
}

/**
 * Writes the softmax of the scores, or the sigmoid of a single one, into `probabilities`.
 * @returns minus the log probability of the target, exact where the probability itself would round to 0 or 1
 */
function normalize(scores: Float64Array, probabilities: Float64Array, target: number): number {
  if (scores.length === 1) {
    probabilities[0] = 0; // the other class scores 0
    probabilities[1] = scores[0];
  } else {
    probabilities.set(scores);
  }
  let most = probabilities[0];
  for (let k = 1; k < probabilities.length; k += 1) most = Math.max(most, probabilities[k]);
  const targetScore = probabilities[target];
  let sum = 0;
  for (let k = 0; k < probabilities.length; k += 1) {
    probabilities[k] = Math.exp(probabilities[k] - most);
    sum += probabilities[k];
  }
  for (let k = 0; k < probabilities.length; k += 1) probabilities[k] /= sum;
  return most + Math.log(sum) - targetScore;
}
