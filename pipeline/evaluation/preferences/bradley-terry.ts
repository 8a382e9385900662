// How good systems are by comparisons of two at a time: the model of Bradley & Terry (1952, Biometrika 39), in which i is
// preferred to j with probability 1/(1 + exp(θⱼ − θᵢ)).

/** One comparison of two systems by their indices. */
export interface Comparison {
  readonly first: number;
  readonly second: number;
  /** 1 where the first was preferred, 0 where the second was, ½ for a tie. */
  readonly score: number;
}

export interface BradleyTerryOptions {
  /** Of the penalty `ridge·Σθ²`: without any, who never lost would be infinitely good. 0.01 by default, as choix has it. */
  readonly ridge?: number;
}

const MOST_STEPS = 100;
const TOLERANCE = 1e-10;

/**
 * Fits strengths by Newton's method, which converges since the penalised likelihood is concave. A tie counts as half a win of
 * either.
 * @param systems how many there are
 * @returns strengths θ in natural log-odds, summing to 0; all 0 without comparisons
 * @throws RangeError for a comparison of what is no system, or of a system with itself
 */
export function fitBradleyTerry(
  systems: number,
  comparisons: readonly Comparison[],
  { ridge = 0.01 }: BradleyTerryOptions = {},
): Float64Array {
  for (const { first, second } of comparisons) {
    const isPair =
      first !== second && [first, second].every((it) => Number.isInteger(it) && it >= 0 && it < systems);
    if (!isPair) throw new RangeError(`${first} and ${second} are no pair of ${systems} systems`);
  }
  const strengths = new Float64Array(systems);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const change = newtonStep(strengths, comparisons, ridge);
    for (let system = 0; system < systems; system += 1) strengths[system] += change[system];
    if (Math.max(0, ...change.map(Math.abs)) < TOLERANCE) break;
  }
  const mean = strengths.reduce((sum, strength) => sum + strength, 0) / Math.max(1, systems);
  return strengths.map((strength) => strength - mean);
}

/** Gradient and Hessian of the penalised log-likelihood, solved; steps are cut at 2, which keeps the first ones sane. */
function newtonStep(
  strengths: Float64Array,
  comparisons: readonly Comparison[],
  ridge: number,
): Float64Array {
  const systems = strengths.length;
  const gradient = strengths.map((strength) => -2 * ridge * strength);
  const curvature = Array.from({ length: systems }, (_, row) =>
    Float64Array.from({ length: systems }, (_value, column) => (row === column ? 2 * ridge : 0)),
  );
  for (const { first, second, score } of comparisons) {
    const expected = winProbability(strengths[first] - strengths[second]);
    gradient[first] += score - expected;
    gradient[second] -= score - expected;
    const weight = expected * (1 - expected);
    curvature[first][first] += weight;
    curvature[second][second] += weight;
    curvature[first][second] -= weight;
    curvature[second][first] -= weight;
  }
  return solve(curvature, gradient).map((change) => Math.max(-2, Math.min(2, change)));
}

/** Gaussian elimination of a positive definite system; changes what it is given. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  for (let pivot = 0; pivot < size; pivot += 1) {
    for (let row = pivot + 1; row < size; row += 1) {
      const factor = matrix[row][pivot] / matrix[pivot][pivot];
      for (let column = pivot; column < size; column += 1)
        matrix[row][column] -= factor * matrix[pivot][column];
      right[row] -= factor * right[pivot];
    }
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    for (let column = row + 1; column < size; column += 1) right[row] -= matrix[row][column] * right[column];
    right[row] /= matrix[row][row];
  }
  return right;
}

/** @param lead difference of two strengths */
export function winProbability(lead: number): number {
  return 1 / (1 + Math.exp(-lead));
}
