// Shares of counted things: Wilson's score interval (Wilson 1927, JASA 22), the score test that it inverts, and Holm's
// correction of several tests at once (Holm 1979, Scandinavian Journal of Statistics 6).
import type { Interval } from './bootstrap.ts';
import { normalQuantile, twoSidedTail } from './normal.ts';

/**
 * @param successes of so many `trials`
 * @returns null without trials
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval | null {
  if (trials === 0) return null;
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / trials;
  const scale = 1 + z ** 2 / trials;
  const middle = (share + z ** 2 / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return {
    low: successes === 0 ? 0 : middle - half,
    high: successes === trials ? 1 : middle + half,
    confidence,
  };
}

/**
 * How well the successes go with an expected share.
 * @returns the p-value of the score test: it is p or less exactly where Wilson's interval of confidence 1 − p leaves the
 * share out
 */
export function scoreTest(successes: number, trials: number, expected: number): number {
  const spread = Math.sqrt((expected * (1 - expected)) / trials);
  const distance = successes / trials - expected;
  if (spread === 0) return distance === 0 ? 1 : 0;
  return twoSidedTail(distance / spread);
}

/** @returns the p-values, raised so that the chance of a single one below a level by chance is that level at most */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[index] * (pValues.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}
