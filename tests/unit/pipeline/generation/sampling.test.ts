import { describe, expect, it } from 'vitest';
import type { SamplingOptions } from '../../../../pipeline/generation/sampling.ts';
import { createSampler } from '../../../../pipeline/generation/sampling.ts';

const logits = Float32Array.of(0, Math.log(2), Math.log(4), Math.log(3)); // 0.1, 0.2, 0.4, 0.3

function drawn(options: SamplingOptions, row = 0): number[] {
  const sample = createSampler(options, row);
  return Array.from({ length: 4_000 }, () => sample(logits.slice(), []));
}
const shareOf = (ids: readonly number[], id: number): number =>
  ids.filter((it) => it === id).length / ids.length;

describe('a sampler', () => {
  it('draws tokens as often as their probabilities say', () => {
    const ids = drawn({ seed: 5 });
    for (const [id, probability] of [0.1, 0.2, 0.4, 0.3].entries()) {
      expect(Math.abs(shareOf(ids, id) - probability)).toBeLessThan(0.03); // four deviations
    }
  });

  it('draws likely tokens more often at a low temperature', () => {
    const ids = drawn({ temperature: 0.5 });
    expect(Math.abs(shareOf(ids, 2) - 16 / 30)).toBeLessThan(0.03);
  });

  it('takes the likeliest at temperature 0, whatever the seed', () => {
    expect(new Set(drawn({ temperature: 0, seed: 9 }))).toEqual(new Set([2]));
  });

  it('draws nothing that top-k or top-p leave out', () => {
    expect(new Set(drawn({ topK: 2 }))).toEqual(new Set([2, 3]));
    expect(new Set(drawn({ topP: 0.6 }))).toEqual(new Set([2, 3]));
    expect(new Set(drawn({ topP: 0.3 }))).toEqual(new Set([2]));
  });

  it('draws the same for a seed and a row, and otherwise for another', () => {
    expect(drawn({ seed: 1 })).toEqual(drawn({ seed: 1 }));
    expect(drawn({ seed: 1 })).not.toEqual(drawn({ seed: 2 }));
    expect(drawn({ seed: 1 }, 1)).not.toEqual(drawn({ seed: 1 }));
  });

  it('refuses options that are out of their range, all at once', () => {
    const options = { temperature: NaN, topK: 0, topP: 0, repetitionPenalty: -1, seed: 0.5 };
    expect(() => createSampler(options)).toThrow(
      'temperature: expected a number from 0 on, got NaN; topK: expected a whole number from 1 on, got 0; ' +
        'topP: expected a number above 0, at most 1, got 0; repetitionPenalty: expected a number above 0, got -1; ' +
        'seed: expected a whole number, got 0.5',
    );
    for (const wrong of [{ temperature: -0.1 }, { temperature: Infinity }, { topP: 1.1 }, { topP: NaN }]) {
      expect(() => createSampler(wrong)).toThrow('expected');
    }
  });

  it.each([{}, { temperature: 0 }, { topK: 2, topP: 0.5 }])(
    'says that logits are not numbers: %o',
    (options) => {
      const sample = createSampler(options);
      expect(() => sample(new Float32Array(4).fill(NaN), [])).toThrow('logits of the model are not numbers');
    },
  );
});
