import { describe, expect, it } from 'vitest';
import type { Objective } from '../../../../pipeline/evaluation/lbfgs.ts';
import { minimize } from '../../../../pipeline/evaluation/lbfgs.ts';

/** A bowl whose steepest and flattest directions differ a million times. */
const bowl: Objective = (point, gradient) => {
  let value = 0;
  point.forEach((coordinate, at) => {
    const steepness = 10 ** (at - 3);
    value += (steepness * (coordinate - at) ** 2) / 2;
    gradient[at] = steepness * (coordinate - at);
  });
  return value;
};

describe('the minimizer', () => {
  it('finds the bottom of an ill-conditioned bowl', () => {
    const minimum = minimize(bowl, new Float64Array(7), { tolerance: 1e-10 });
    expect(minimum.converged).toBe(true);
    minimum.point.forEach((coordinate, at) => expect(coordinate).toBeCloseTo(at, 5));
  });

  it('leaves its start as it is and stays where the gradient is 0', () => {
    const start = Float64Array.from({ length: 4 }, (_, at) => at);
    expect(minimize(bowl, start)).toEqual({ point: start, value: 0, iterations: 0, converged: true });
    const far = new Float64Array(4);
    minimize(bowl, far);
    expect([...far]).toEqual([0, 0, 0, 0]);
  });

  it('stops after its iterations and says so', () => {
    expect(minimize(bowl, new Float64Array(7), { maximumIterations: 2 })).toMatchObject({
      iterations: 2,
      converged: false,
    });
  });

  it('stops where the function can no longer fall', () => {
    const liar: Objective = (_, gradient) => {
      gradient[0] = 1;
      return 0;
    };
    expect(minimize(liar, new Float64Array(1)).converged).toBe(false);
  });
});
