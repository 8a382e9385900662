import { describe, expect, it } from 'vitest';
import { newestShare } from '../../../../pipeline/training/averaging.ts';
import { updateNumbers } from '../../../../pipeline/training/optimizer.ts';
import { averagePlain, updatePlain } from '../../../../pipeline/training/plain-updates.ts';
import { startingVectors } from '../../../../pipeline/training/session.ts';
import { expectClose } from '../../../support/expect-close.ts';
import { optimizerSteps } from '../../../support/optimizer-steps.ts';

describe('a step over plain arrays', () => {
  it.each(optimizerSteps)('is that of %s, clipping and decay of some parameters included', (_, golden) => {
    const { optimizer, averaging, layout, start, steps } = golden;
    const vectors = startingVectors(Float32Array.from(start), { layout, optimizer, averaging });
    for (const [step, { learningRate, gradient, norm, ...expected }] of steps.entries()) {
      const numbers = updateNumbers(optimizer, step, learningRate);
      const options = { layout, optimizer, maximumNorm: 1, numbers };
      expect(updatePlain(vectors, Float32Array.from(gradient), options)).toBeCloseTo(norm, 4);
      averagePlain(vectors, newestShare(averaging, step));
      for (const [name, values] of Object.entries(expected)) {
        expectClose(vectors[name], values, 1e-5, name);
      }
    }
  });
});
