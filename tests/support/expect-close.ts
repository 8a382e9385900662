// Comparison of tensors whose numbers were computed in another way.
import { expect } from 'vitest';

/** @param tolerance of a number, taken as of its size above 1, and as it is below */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  label = '',
): void {
  expect(actual.length, label).toBe(expected.length);
  const far = Array.from(actual).flatMap((value, index) =>
    Math.abs(value - expected[index]) <= tolerance * Math.max(1, Math.abs(expected[index]))
      ? []
      : [`${label} [${index}]: ${value}, expected ${expected[index]}`],
  );
  expect(far.slice(0, 5)).toEqual([]);
}
