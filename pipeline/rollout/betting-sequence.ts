// An exact confidence sequence for bounded numbers: Waudby-Smith and Ramdas, "Estimating means of bounded random
// variables by betting", 2020, arXiv:2010.09686, the hedged capital process (section 4.4) with predictable plug-in bets.
// It holds from the first number on, however few there are, for any distribution on the range; it is a little wider
// than an asymptotic one. Here the mean under a hypothesis may differ from number to number by a known factor.

/** One number of a series; its mean, given those before it, is `weight` times what is estimated. */
export interface BoundedScore {
  /** −1 to 1. */
  readonly score: number;
  /** Above 0, at most 1; known before the score. */
  readonly weight: number;
}

/** No bet risks more of the capital than this, the paper's c. */
const riskAtMost = 0.5;

/** Bounds are told apart no finer than 2 / 2⁴⁰. */
const halvings = 40;

/** Bets on a series, one at a time; λ rests on the numbers before alone. */
export interface Bets {
  /** @returns λ for the next number, on the scale of 0 to 1 */
  readonly next: () => number;
  /** @param x - the number, 0 to 1 */
  readonly seen: (x: number) => void;
}

/**
 * Makes the bets of the empirical Bernstein plug-in: large where the numbers so far vary little, fewer as they go on.
 *
 * @param alpha - level of one side
 */
export function createBets(alpha: number): Bets {
  let count = 0;
  let sum = 0.5;
  let squares = 0.25;
  return {
    next: () => Math.sqrt((2 * Math.log(1 / alpha)) / (squares * Math.log(count + 2))),
    seen: (x) => {
      count += 1;
      sum += x;
      squares += (x - sum / (count + 1)) ** 2;
    },
  };
}

/**
 * What a bet wins against a hypothesis: above 0 where the number lies on the side that was bet on.
 *
 * @param x - the number, 0 to 1
 * @param mean - under the hypothesis, 0 to 1
 * @param lambda - the bet on `x` being above the mean
 * @returns the natural logarithm of the factor by which the capital grows
 */
export function logGain(x: number, mean: number, lambda: number): number {
  return Math.log1p(Math.min(lambda, riskAtMost / mean) * (x - mean));
}

/** A number of a series on the scale of 0 to 1, and the bet that was made before it. */
interface Round {
  readonly x: number;
  readonly weight: number;
  readonly lambda: number;
}

/**
 * Bounds what is estimated from below and from above, each by itself.
 *
 * @param scores - the series so far, in order
 * @param alpha - level of each bound, 0 to 1; two-sided at 2α
 * @returns bounds within −1 and 1, of which each holds at all lengths of the series with probability 1 − α
 */
export function bettingBounds(
  scores: readonly BoundedScore[],
  alpha: number,
): { readonly lower: number; readonly upper: number } {
  const bets = createBets(alpha);
  const rounds = scores.map(({ score, weight }): Round => {
    const x = (score + 1) / 2;
    const lambda = bets.next();
    bets.seen(x);
    return { x, weight, lambda };
  });
  const mirrored = rounds.map((round) => ({ ...round, x: 1 - round.x }));
  return { lower: lowerBound(rounds, alpha), upper: -lowerBound(mirrored, alpha) };
}

/** The capital falls in the hypothesis, so what it refutes lies below one value, which is found by bisection. */
function lowerBound(rounds: readonly Round[], alpha: number): number {
  const isRefuted = (value: number): boolean => {
    let logCapital = 0;
    for (const { x, weight, lambda } of rounds) logCapital += logGain(x, (weight * value + 1) / 2, lambda);
    return logCapital >= -Math.log(alpha);
  };
  let [low, high] = [-1, 1];
  for (let halving = 0; halving < halvings; halving += 1) {
    const middle = (low + high) / 2;
    if (isRefuted(middle)) low = middle;
    else high = middle;
  }
  return low;
}
