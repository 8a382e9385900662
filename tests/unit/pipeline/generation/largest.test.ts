import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largest } from '../../../../pipeline/generation/largest.ts';

describe('largest', () => {
  it('gives what sorting all would give', () => {
    const few = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 30 });
    fc.assert(
      fc.property(few, fc.integer({ min: 1, max: 12 }), (values, count) => {
        const sorted = values
          .map((value, index) => ({ value, index }))
          .sort((a, b) => b.value - a.value || a.index - b.index);
        expect(largest(Float32Array.from(values), count)).toEqual(
          sorted.slice(0, count).map(({ index }) => index),
        );
      }),
    );
  });
});
