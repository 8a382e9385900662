// Golden numbers: tests/golden/make-adamw.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ParameterLayout } from '../../../../pipeline/model/layout.ts';
import { startTraining, stepAdamW } from '../../../../pipeline/training/adamw.ts';

const numbers = z.array(z.number());
const golden = z
  .object({
    weightDecay: z.number(),
    start: numbers,
    steps: z.array(
      z.object({ learningRate: z.number(), gradient: numbers, norm: z.number(), parameters: numbers }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../golden/adamw.json', import.meta.url), 'utf8')));

const layout: ParameterLayout = {
  size: 8,
  entries: [
    { name: 'matrix', shape: [5, 1], offset: 0, size: 5, decays: true, initial: 0 },
    { name: 'bias', shape: [3], offset: 5, size: 3, decays: false, initial: 0 },
  ],
};
const options = { weightDecay: golden.weightDecay, maximumNorm: 1 };

describe('AdamW', () => {
  it('takes the steps of PyTorch, clipping and decay of some parameters included', () => {
    const state = startTraining(Float32Array.from(golden.start));
    for (const { learningRate, gradient, norm, parameters } of golden.steps) {
      const own = stepAdamW(state, Float32Array.from(gradient), layout, { ...options, learningRate });
      expect(own).toBeCloseTo(norm, 5);
      for (const [index, value] of state.parameters.entries())
        expect(value).toBeCloseTo(parameters[index], 5);
    }
    expect(state.step).toBe(golden.steps.length);
  });

  it.each([Number.NaN, Infinity])('changes nothing for a gradient with %d in it', (bad) => {
    const state = startTraining(Float32Array.from(golden.start));
    const gradient = Float32Array.from([1, 2, 3, bad, 5, 6, 7, 8]);
    expect(stepAdamW(state, gradient, layout, { ...options, learningRate: 0.1 })).not.toBeLessThan(Infinity);
    expect([...state.parameters]).toEqual([...Float32Array.from(golden.start)]);
    expect(state.step).toBe(0);
  });
});
