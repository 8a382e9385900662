// Sequential test of counts against the shares that were asked for: Lindon and Malek, "Anytime-valid inference for
// multinomial count data", 2022, arXiv:2011.03567, section 2. The Bayes factor of a Dirichlet mixture against the
// asked shares is a test martingale, so its inverse is a p-value at every moment.
import { CoppiceFailure } from '../../contracts/failures.ts';

/** Whether the counts can have come from the shares. */
export interface SampleRatioResult {
  readonly mismatch: boolean;
  /** Evidence against the shares, natural logarithm of the Bayes factor. */
  readonly logBayesFactor: number;
  /** Valid at every look: the chance to get as low as this ever, if the shares hold, is at most this. */
  readonly pValue: number;
}

/**
 * Weight of the prior, in subjects: it is centred on the asked shares, and finds deviations of about 1/√100 of a
 * share soonest, of the size that a broken assignment makes within some hundred subjects.
 */
const priorSubjects = 100;

/**
 * Tests the subjects that each arm of one canary step has got against that step's shares. Steps are tested apart:
 * over a ramp, pooled counts fit no share.
 *
 * @param counts - subjects (not requests) of each arm, whole numbers
 * @param shares - shares asked for, in the same order, sum 1
 * @param alpha - probability of ever calling a sound step mismatched; low, since a mismatch discards a step
 * @returns the evidence; an arm of share 0 that got a subject is a mismatch beyond doubt
 * @throws CoppiceFailure `InvalidInput` when counts and shares do not belong together
 */
export function sampleRatioMismatch(
  counts: readonly number[],
  shares: readonly number[],
  alpha = 0.001,
): SampleRatioResult {
  checkInput(counts, shares);
  let logBayesFactor = 0;
  for (const [index, share] of shares.entries()) {
    const count = counts.at(index) ?? 0;
    if (count === 0) continue;
    if (share === 0) return { mismatch: true, logBayesFactor: Number.MAX_VALUE, pValue: 0 };
    const prior = priorSubjects * share;
    logBayesFactor += logGamma(prior + count) - logGamma(prior) - count * Math.log(share);
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  logBayesFactor += logGamma(priorSubjects) - logGamma(priorSubjects + total);
  const pValue = Math.min(1, Math.exp(-logBayesFactor));
  return { mismatch: pValue <= alpha, logBayesFactor, pValue };
}

// Lanczos' approximation with g = 7 and 9 terms (Godfrey 2001): 15 digits.
const lanczosG = 7;
const lanczosTerms = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
function logGamma(x: number): number {
  // The series is made for x of 1/2 and above; Γ(x) = Γ(x + 1) / x leads there.
  if (x < 0.5) return logGamma(x + 1) - Math.log(x);
  const base = x - 1 + lanczosG + 0.5;
  const series = lanczosTerms.reduce((sum, term, index) => sum + term / (x + index), 0.9999999999998099);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series);
}

function checkInput(counts: readonly number[], shares: readonly number[]): void {
  const problems: string[] = [];
  if (counts.length !== shares.length) problems.push(`${counts.length} counts for ${shares.length} shares`);
  if (!counts.every((count) => Number.isInteger(count) && count >= 0))
    problems.push('a count is no whole number');
  const sum = shares.reduce((total, share) => total + share, 0);
  if (!shares.every((share) => share >= 0) || !(Math.abs(sum - 1) <= 1e-9)) {
    problems.push(`the shares ${shares.join(', ')} do not sum to 1`);
  }
  if (problems.length > 0) throw new CoppiceFailure('InvalidInput', problems.join('; '), { counts, shares });
}
