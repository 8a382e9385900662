import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../../contracts/model-spec/search.ts';
import { sampleTrials } from '../../../../pipeline/search/sampling.ts';

const anySeed = fc.integer({ min: 0, max: 2 ** 31 });
const list = fc.uniqueArray(fc.oneof(fc.integer({ min: 0, max: 99 }), fc.string({ maxLength: 3 })), {
  minLength: 1,
  maxLength: 5,
});
const interval = fc
  .tuple(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.double({ min: 1.01, max: 1e3, noNaN: true }))
  .map(([from, factor]): [number, number] => [from, from * factor]);
const dimension: fc.Arbitrary<Dimension> = fc.oneof(
  list,
  interval.map((uniform) => ({ uniform })),
  interval.map((logUniform) => ({ logUniform })),
);
const space = fc.dictionary(fc.constantFrom('a.b', 'a.c', 'a.d'), dimension, { minKeys: 1 });
const options = fc.record({ space, trials: fc.integer({ min: 2, max: 40 }) });

function isWithin(value: unknown, of: Dimension): boolean {
  if (Array.isArray(of)) return of.includes(value as string | number);
  const [from, to] = 'uniform' in of ? of.uniform : of.logUniform;
  return typeof value === 'number' && value >= from && value <= to;
}

describe('the trials of a search', () => {
  it('are every point of a finite space that has no more points than trials, in order', () => {
    const small = { 'fineTuning.dropout': [0, 0.1], 'fineTuning.schedule': ['linear', 'cosine', 'constant'] };
    expect(sampleTrials({ space: small, trials: 6 }, 1)).toEqual([
      { 'fineTuning.dropout': 0, 'fineTuning.schedule': 'linear' },
      { 'fineTuning.dropout': 0, 'fineTuning.schedule': 'cosine' },
      { 'fineTuning.dropout': 0, 'fineTuning.schedule': 'constant' },
      { 'fineTuning.dropout': 0.1, 'fineTuning.schedule': 'linear' },
      { 'fineTuning.dropout': 0.1, 'fineTuning.schedule': 'cosine' },
      { 'fineTuning.dropout': 0.1, 'fineTuning.schedule': 'constant' },
    ]);
  });

  it('are inside the space, each with every hyperparameter', () => {
    fc.assert(
      fc.property(options, anySeed, (search, seed) => {
        for (const trial of sampleTrials(search, seed)) {
          expect(Object.keys(trial).sort()).toEqual(Object.keys(search.space).sort());
          for (const [path, value] of Object.entries(trial))
            expect(isWithin(value, search.space[path])).toBe(true);
        }
      }),
    );
  });

  it('are as many as asked for, or all that a finite space has, each point once', () => {
    fc.assert(
      fc.property(options, anySeed, (search, seed) => {
        const trials = sampleTrials(search, seed);
        const lists = Object.values(search.space).map((it) => (Array.isArray(it) ? it.length : Infinity));
        const points = lists.reduce((product, length) => product * length, 1);
        expect(trials).toHaveLength(Math.min(points, search.trials));
        if (points < Infinity)
          expect(new Set(trials.map((trial) => JSON.stringify(trial))).size).toBe(trials.length);
      }),
    );
  });

  it('are the same for a seed, and others for another', () => {
    const search = {
      space: { 'pretraining.learningRate': { logUniform: [1e-5, 1e-1] } },
      trials: 8,
    } as const;
    const asked = {
      ...search,
      space: { 'pretraining.learningRate': { logUniform: [1e-5, 1e-1] as [number, number] } },
    };
    expect(sampleTrials(asked, 7)).toEqual(sampleTrials(asked, 7));
    expect(sampleTrials(asked, 7)).not.toEqual(sampleTrials(asked, 8));
  });

  it('are spread evenly over the powers of ten where they are drawn by the logarithm', () => {
    const drawn = sampleTrials({ space: { rate: { logUniform: [1e-4, 1] } }, trials: 128 }, 3);
    const decades = [0, 0, 0, 0];
    for (const { rate } of drawn) decades[Math.min(3, Math.floor(Math.log10(Number(rate)) + 4))] += 1;
    for (const count of decades) expect(count).toBeGreaterThan(20); // of 32 each
  });

  it('have three digits, as a person would copy them into a model file', () => {
    for (const { rate } of sampleTrials({ space: { rate: { logUniform: [1e-5, 1e-2] } }, trials: 20 }, 3))
      expect(Number(rate)).toBe(Number(Number(rate).toPrecision(3)));
  });
});
