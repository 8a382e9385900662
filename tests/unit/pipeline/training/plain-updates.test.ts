// Golden numbers: tests/golden/make-adamw.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ParameterLayout } from '../../../../pipeline/model/layout.ts';
import { adamW, updateNumbers } from '../../../../pipeline/training/optimizer.ts';
import { updatePlain } from '../../../../pipeline/training/plain-updates.ts';
import { startingVectors } from '../../../../pipeline/training/session.ts';

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
const optimizer = adamW(golden.weightDecay);

describe('AdamW', () => {
  it('takes the steps of PyTorch, clipping and decay of some parameters included', () => {
    const vectors = startingVectors(Float32Array.from(golden.start), optimizer);
    for (const [step, { learningRate, gradient, norm, parameters }] of golden.steps.entries()) {
      const numbers = updateNumbers(optimizer, step, learningRate);
      const options = { layout, optimizer, maximumNorm: 1, numbers };
      expect(updatePlain(vectors, Float32Array.from(gradient), options)).toBeCloseTo(norm, 5);
      for (const [index, value] of vectors.parameters.entries()) {
        expect(value).toBeCloseTo(parameters[index], 5);
      }
    }
  });
});
