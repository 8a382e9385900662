// Losses of one answer against its label: Brier (1950), Monthly Weather Review 78(1); zero-one; logarithmic (Good 1952).
// Lower is better in all of them.
import { CoppiceFailure } from '../../contracts/failures.ts';

/** What a version answered about one subject. */
export interface ScoredAnswer {
  /** Probability of each label, by label; sums to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** The label that the version gave, by its own threshold. */
  readonly label: string;
}

/** The measures by which two versions may be compared. */
export type LossMetric = 'brier' | 'accuracy';

/** Softmax in 32-bit floats, rounded to a few decimals on the wire, misses 1 by this much. */
const sumTolerance = 1e-3;

/** Keeps one confident mistake from outweighing everything; the clip that scikit-learn used for doubles. */
const logLossClip = 1e-15;

/**
 * Squared distance between the probabilities and the truth, summed over the classes.
 *
 * @param probabilities - one per class, each 0 to 1, sum 1
 * @param truth - index of the true class
 * @returns 0 (certain and right) to 2 (certain and wrong); for two classes twice {@link binaryBrierLoss}
 * @throws CoppiceFailure `InvalidInput` on anything that is no distribution over classes
 * @example brierLoss([0.8, 0.2], 0) // 0.2² + 0.2² = 0.08
 */
export function brierLoss(probabilities: readonly number[], truth: number): number {
  checkDistribution(probabilities, truth);
  return probabilities.reduce((sum, p, index) => sum + (p - (index === truth ? 1 : 0)) ** 2, 0);
}

/**
 * Squared distance of one probability from the truth.
 *
 * @param probability - of the positive class, 0 to 1
 * @param positive - whether the positive class is the true one
 * @returns 0 to 1
 * @throws CoppiceFailure `InvalidInput` outside 0 to 1
 */
export function binaryBrierLoss(probability: number, positive: boolean): number {
  checkDistribution([probability, 1 - probability], 0);
  return (probability - (positive ? 1 : 0)) ** 2;
}

/**
 * Surprise at the truth, in nats.
 *
 * @param probabilities - one per class, each 0 to 1, sum 1
 * @param truth - index of the true class
 * @returns 0 to 34.5, since probabilities under 1e-15 count as that
 * @throws CoppiceFailure `InvalidInput` on anything that is no distribution over classes
 */
export function logLoss(probabilities: readonly number[], truth: number): number {
  checkDistribution(probabilities, truth);
  return -Math.log(Math.min(1, Math.max(logLossClip, probabilities.at(truth) ?? 0)));
}

/**
 * @param given - the label that a version gave
 * @param truth - the true label
 * @returns 0 where they agree, 1 where not
 */
export function zeroOneLoss(given: string, truth: string): 0 | 1 {
  return given === truth ? 0 : 1;
}

/**
 * The loss of an answer by the measure that a rollout's policy names.
 *
 * @param metric - `brier` looks at the probabilities, `accuracy` at the label given. With two classes the Brier loss is
 *   halved, as in evaluation: it is then the squared error of the positive class
 * @param answer - what the version answered
 * @param truth - the true label; one that the version does not know counts as probability 0
 * @returns the loss: 0 to 1 for `brier` with two classes, 0 to 2 with more, 0 or 1 for `accuracy`
 * @throws CoppiceFailure `InvalidInput` when the probabilities are none
 */
export function answerLoss(metric: LossMetric, answer: ScoredAnswer, truth: string): number {
  if (metric === 'accuracy') return zeroOneLoss(answer.label, truth);
  const labels = Object.keys(answer.probabilities);
  const probabilities = Object.values(answer.probabilities);
  if (!labels.includes(truth)) return brierLoss([...probabilities, 0], probabilities.length);
  const loss = brierLoss(probabilities, labels.indexOf(truth));
  return labels.length === 2 ? loss / 2 : loss;
}

function checkDistribution(probabilities: readonly number[], truth: number): void {
  const problems: string[] = [];
  let sum = 0;
  for (const [index, p] of probabilities.entries()) {
    if (!(p >= 0 && p <= 1)) problems.push(`probability ${index} is ${p}, not within 0 and 1`);
    sum += p;
  }
  if (!(Math.abs(sum - 1) <= sumTolerance)) problems.push(`the probabilities sum to ${sum}, not to 1`);
  if (!Number.isInteger(truth) || truth < 0 || truth >= probabilities.length) {
    problems.push(`class ${truth} is none of ${probabilities.length}`);
  }
  if (problems.length > 0) throw new CoppiceFailure('InvalidInput', problems.join('; '), { problems });
}
