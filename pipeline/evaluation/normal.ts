// The standard normal distribution, to about 14 digits.

/** Where the series for the middle gives way to the continued fraction for the tails. */
const TAIL_FROM = 2.5;

/** @returns the share of the distribution below z */
export function normalCdf(z: number): number {
  return z > 0 ? 1 - upperTail(z) : upperTail(-z);
}

/** @returns the probability of a value as far from 0 as z, or farther, on either side */
export function twoSidedTail(z: number): number {
  return Math.min(1, 2 * upperTail(Math.abs(z)));
}

/**
 * Inverts `normalCdf` by bisection.
 * @param share in (0, 1)
 */
export function normalQuantile(share: number): number {
  if (!(share > 0 && share < 1)) return share === 0 ? -Infinity : share === 1 ? Infinity : Number.NaN;
  if (share > 0.5) return -normalQuantile(1 - share);
  let [low, high] = [-40, 0]; // below −38.5 no share is a double
  for (let halving = 0; halving < 64; halving += 1) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Abramowitz & Stegun 1964: the series 26.2.11 in the middle, Laplace's continued fraction 26.2.14 in the tail. */
function upperTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < TAIL_FROM) {
    let [term, sum] = [z, z];
    for (let odd = 3; term > 1e-17 * sum; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let level = 120; level >= 1; level -= 1) fraction = z + level / fraction;
  return density / fraction;
}
