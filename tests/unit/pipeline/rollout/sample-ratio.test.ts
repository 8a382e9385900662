import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import { createRandom } from '../../../../pipeline/random.ts';
import { sampleRatioMismatch } from '../../../../pipeline/rollout/sample-ratio.ts';
import { golden } from './golden.ts';

describe('sampleRatioMismatch', () => {
  it.each(golden.sampleRatios)(
    'has the Bayes factor of $counts against $shares that scipy gives',
    ({ counts, shares, logBayesFactor }) => {
      const result = sampleRatioMismatch(counts, shares);
      expect(result.logBayesFactor).toBeCloseTo(logBayesFactor, 6);
      expect(result.pValue).toBeCloseTo(Math.min(1, Math.exp(-logBayesFactor)), 8);
    },
  );

  it('calls a sound step mismatched in no more than α of the steps, looking after every subject', () => {
    const random = createRandom(5);
    const alpha = 0.05;
    let mismatched = 0;
    for (let step = 0; step < 400; step += 1) {
      const counts: [number, number] = [0, 0];
      for (let n = 0; n < 600; n += 1) {
        counts[random.next() < 0.25 ? 1 : 0] += 1;
        if (!sampleRatioMismatch(counts, [0.75, 0.25], alpha).mismatch) continue;
        mismatched += 1;
        break;
      }
    }
    expect(mismatched / 400).toBeLessThanOrEqual(alpha);
    expect(mismatched).toBeGreaterThan(0); // else the test would never find anything
  });

  it('finds half the asked share within 300 subjects in nearly all steps at its default α', () => {
    const random = createRandom(6);
    let found = 0;
    for (let step = 0; step < 100; step += 1) {
      let challenger = 0;
      for (let n = 0; n < 300; n += 1) challenger += random.next() < 0.25 ? 1 : 0;
      found += sampleRatioMismatch([300 - challenger, challenger], [0.5, 0.5]).mismatch ? 1 : 0;
    }
    expect(found).toBeGreaterThanOrEqual(99);
  });

  it('takes no subjects for no evidence', () => {
    expect(sampleRatioMismatch([0, 0], [0.9, 0.1])).toEqual({
      mismatch: false,
      logBayesFactor: 0,
      pValue: 1,
    });
  });

  it('takes one subject of an arm without share for a mismatch, in numbers that JSON keeps', () => {
    const result = sampleRatioMismatch([100, 1], [1, 0]);
    expect(result).toMatchObject({ mismatch: true, pValue: 0 });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it.each<[string, number[], number[]]>([
    ['counts without shares', [1, 2, 3], [0.5, 0.5]],
    ['a part of a subject', [1.5, 2], [0.5, 0.5]],
    ['shares of more than one whole', [1, 2], [0.9, 0.9]],
    ['a negative share', [1, 2], [1.5, -0.5]],
  ])('refuses %s', (_, counts, shares) => {
    expect(() => sampleRatioMismatch(counts, shares)).toThrow(CoppiceFailure);
  });
});
