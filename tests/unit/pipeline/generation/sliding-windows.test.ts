import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slidingWindows } from '../../../../pipeline/generation/sliding-windows.ts';

describe('sliding windows', () => {
  it('score every token but the first once, each with as much before it as the stride leaves', () => {
    const sizes = fc.record({
      tokens: fc.integer({ min: 0, max: 60 }),
      contextLength: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 12 }), ({ tokens, contextLength }, step) => {
        const stride = Math.min(step, contextLength);
        const windows = slidingWindows(tokens, { contextLength, stride });
        const scored = windows.flatMap(({ scoredFrom, end }) =>
          Array.from({ length: end - scoredFrom }, (_, index) => scoredFrom + index),
        );
        expect(scored).toEqual(Array.from({ length: Math.max(0, tokens - 1) }, (_, index) => index));
        for (const { begin, end, scoredFrom } of windows) {
          expect(end - begin).toBeLessThanOrEqual(contextLength);
          if (begin > 0) expect(scoredFrom - begin + 1).toBe(contextLength - stride + 1);
        }
      }),
    );
  });

  it('are none for a text of one token, which nothing predicts', () => {
    expect(slidingWindows(1, { contextLength: 8, stride: 4 })).toEqual([]);
    expect(slidingWindows(0, { contextLength: 8, stride: 4 })).toEqual([]);
  });

  it('refuse a stride that would leave tokens out', () => {
    for (const stride of [0, 9, 1.5, NaN]) {
      expect(() => slidingWindows(20, { contextLength: 8, stride })).toThrow('stride: expected 1 to 8');
    }
  });
});
