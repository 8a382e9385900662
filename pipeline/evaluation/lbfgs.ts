// Limited-memory BFGS (Nocedal & Wright 2006, algorithms 7.4 and 7.5) for smooth convex functions. The line search only
// asks for sufficient decrease: on a convex function curvature is never negative, and pairs without it are left out.
// Loops are plain, since vectors are as long as a vocabulary and TypedArray.from with a mapper is ten times slower.

/** Writes the gradient at `point` into `gradient` and returns the value. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface MinimumOptions {
  /** Ends when no component of the gradient exceeds this, 1e-6 by default. */
  readonly tolerance?: number;
  /** 500 by default. */
  readonly maximumIterations?: number;
  /** Remembered steps, 10 by default. */
  readonly memory?: number;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly converged: boolean;
}

interface Step {
  /** Change of the point. */
  readonly moved: Float64Array;
  /** Change of the gradient. */
  readonly bent: Float64Array;
  /** Their inner product, above 0. */
  readonly curvature: number;
}

const DECREASE = 1e-4; // Armijo's constant, as usual for quasi-Newton steps
const SHORTEST_STEP = 1e-10; // a descent direction that needs less is not one
const ROUNDING = 1e-12; // relative error of a value summed over many examples

/**
 * Finds the minimum of a convex function.
 * @param objective value and gradient
 * @param start where to begin; left as it is
 */
export function minimize(objective: Objective, start: Float64Array, options: MinimumOptions = {}): Minimum {
  const { tolerance = 1e-6, maximumIterations = 500, memory = 10 } = options;
  const steps: Step[] = [];
  let point = Float64Array.from(start);
  let gradient = new Float64Array(start.length);
  let value = objective(point, gradient);
  for (let iteration = 0; ; iteration += 1) {
    if (largest(gradient) <= tolerance) return { point, value, iterations: iteration, converged: true };
    if (iteration === maximumIterations) return { point, value, iterations: iteration, converged: false };
    const direction = descentDirection(gradient, steps);
    // Without a remembered step the gradient's length says nothing about the distance: begin with a step of length 1.
    const first = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const found = search(objective, { point, value, direction, slope: dot(direction, gradient), first });
    if (found === null) return { point, value, iterations: iteration, converged: false };
    remember(steps, {
      moved: difference(found.point, point),
      bent: difference(found.gradient, gradient),
      memory,
    });
    ({ point, value, gradient } = found);
  }
}

/**
 * Halves the step until the value has fallen by its share of what the slope promises. Close to the minimum that fall
 * drowns in rounding; there the slope at the new point tells the same (Hager & Zhang 2005, the approximate condition).
 */
function search(
  objective: Objective,
  from: { point: Float64Array; value: number; direction: Float64Array; slope: number; first: number },
): { point: Float64Array<ArrayBuffer>; value: number; gradient: Float64Array<ArrayBuffer> } | null {
  const gradient = new Float64Array(from.point.length);
  for (let step = from.first; step > SHORTEST_STEP; step /= 2) {
    const point = Float64Array.from(from.point);
    addScaled(point, step, from.direction);
    const value = objective(point, gradient);
    const fallen = value - from.value;
    if (fallen < 0 && fallen <= DECREASE * step * from.slope) return { point, value, gradient };
    const isFlat = Math.abs(fallen) <= ROUNDING * Math.abs(from.value);
    if (isFlat && dot(gradient, from.direction) <= (2 * DECREASE - 1) * from.slope)
      return { point, value, gradient };
  }
  return null;
}

function remember(
  steps: Step[],
  { moved, bent, memory }: { moved: Float64Array; bent: Float64Array; memory: number },
): void {
  const curvature = dot(moved, bent);
  if (curvature <= Number.EPSILON * dot(bent, bent)) return;
  steps.push({ moved, bent, curvature });
  if (steps.length > memory) steps.shift();
}

/** The two loops of algorithm 7.4: minus the approximate inverse Hessian times the gradient. */
function descentDirection(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = Float64Array.from(gradient);
  scale(direction, -1);
  const shares = steps.map(() => 0);
  for (let at = steps.length - 1; at >= 0; at -= 1) {
    shares[at] = dot(steps[at].moved, direction) / steps[at].curvature;
    addScaled(direction, -shares[at], steps[at].bent);
  }
  const last = steps.at(-1);
  if (last !== undefined) scale(direction, last.curvature / dot(last.bent, last.bent));
  steps.forEach((step, at) => {
    addScaled(direction, shares[at] - dot(step.bent, direction) / step.curvature, step.moved);
  });
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at] * b[at];
  return sum;
}

function largest(vector: Float64Array): number {
  let most = 0;
  for (let at = 0; at < vector.length; at += 1) most = Math.max(most, Math.abs(vector[at]));
  return most;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  const result = Float64Array.from(a);
  addScaled(result, -1, b);
  return result;
}

function addScaled(target: Float64Array, factor: number, vector: Float64Array): void {
  for (let at = 0; at < target.length; at += 1) target[at] += factor * vector[at];
}

function scale(vector: Float64Array, factor: number): void {
  for (let at = 0; at < vector.length; at += 1) vector[at] *= factor;
}
