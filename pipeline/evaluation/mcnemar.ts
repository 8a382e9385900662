// McNemar's test (McNemar 1947, Psychometrika 12): whether two classifiers are right equally often on the same examples.
import { twoSidedTail } from './normal.ts';

export interface McNemarResult {
  /** Examples that the first alone got right, and that the second alone did. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** The chance of counts as unequal as these, or more so, if both are right equally often. */
  readonly pValue: number;
  /** Few examples tell them apart exactly by the binomial distribution, many by χ² with a continuity correction. */
  readonly method: 'exact' | 'chi-squared';
}

/** Below so many discordant examples χ² is no good approximation. */
const FEW_DISCORDANT = 25;

/** As statsmodels' `mcnemar(exact=discordant < 25, correction=True)`. */
export function mcNemar(onlyFirst: number, onlySecond: number): McNemarResult {
  const discordant = onlyFirst + onlySecond;
  const method = discordant < FEW_DISCORDANT ? 'exact' : 'chi-squared';
  const pValue =
    method === 'exact'
      ? Math.min(1, 2 * halfBinomial(Math.min(onlyFirst, onlySecond), discordant))
      : twoSidedTail((Math.abs(onlyFirst - onlySecond) - 1) / Math.sqrt(discordant));
  return { onlyFirst, onlySecond, pValue, method };
}

/** Counts which of two classifiers alone was right. */
export function compareAnswers(labels: Int32Array, first: Int32Array, second: Int32Array): McNemarResult {
  let [onlyFirst, onlySecond] = [0, 0];
  labels.forEach((label, example) => {
    if (first[example] === second[example]) return;
    if (first[example] === label) onlyFirst += 1;
    else if (second[example] === label) onlySecond += 1;
  });
  return mcNemar(onlyFirst, onlySecond);
}

/** The chance of so many heads, or fewer, in so many tosses of a fair coin. */
function halfBinomial(heads: number, tosses: number): number {
  let [ways, sum] = [1, 1];
  for (let head = 1; head <= heads; head += 1) {
    ways = (ways * (tosses - head + 1)) / head;
    sum += ways;
  }
  return sum / 2 ** tosses;
}
