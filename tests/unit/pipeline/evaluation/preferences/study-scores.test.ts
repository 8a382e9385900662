import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PreferenceJudgement } from '../../../../../contracts/preference-study.ts';
import {
  fitBradleyTerry,
  winProbability,
} from '../../../../../pipeline/evaluation/preferences/bradley-terry.ts';
import { scoreStudy } from '../../../../../pipeline/evaluation/preferences/study-scores.ts';
import { expectClose } from '../../../../support/expect-close.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../../../golden/bradley-terry.json', import.meta.url), 'utf8'),
) as { systems: number; comparisons: [number, number, number][]; strengths: number[] }[];

describe('strengths of Bradley and Terry', () => {
  it('are those of choix', () => {
    for (const { systems, comparisons, strengths } of golden) {
      const given = comparisons.map(([first, second, score]) => ({ first, second, score }));
      expectClose(fitBradleyTerry(systems, given), strengths, 1e-6);
    }
    expect(golden.length).toBe(4);
  });

  it('give back the odds that were seen, where nothing is penalised', () => {
    const won = { first: 0, second: 1, score: 1 };
    const strengths = fitBradleyTerry(2, [won, won, won, { ...won, score: 0 }], { ridge: 1e-9 });
    expect(winProbability(strengths[0] - strengths[1])).toBeCloseTo(0.75, 6);
  });

  it('are finite for who never lost, and the same for all without comparisons', () => {
    expect(fitBradleyTerry(2, [{ first: 0, second: 1, score: 1 }])[0]).toBeLessThan(10);
    expect([...fitBradleyTerry(3, [])]).toEqual([0, 0, 0]);
    expect([...fitBradleyTerry(0, [])]).toEqual([]);
  });

  it('are refused of what is no pair', () => {
    for (const [first, second] of [
      [0, 0],
      [0, 3],
      [-1, 1],
      [0.5, 1],
    ])
      expect(() => fitBradleyTerry(3, [{ first, second, score: 1 }])).toThrow('no pair of 3 systems');
  });
});

const judged = (item: number, preferred: 'a' | 'b' | null, by = 'kim'): PreferenceJudgement => ({
  ...{ item: `item ${item}`, pair: ['a', 'b'], preferred, by, at: '2026-11-30T12:00:00Z' },
});

describe('scores of a study', () => {
  it('tell points with intervals and how often each was preferred, the same each time', () => {
    const judgements = Array.from({ length: 40 }, (_, item) => judged(item, item % 4 === 0 ? 'b' : 'a'));
    const scores = scoreStudy(['a', 'b'], [...judgements, judged(40, null)]);
    const [a, b] = scores.systems;
    expect(a).toMatchObject({ system: 'a', preferred: 30, ties: 1, judged: 41 });
    expect(a.points + b.points).toBeCloseTo(2_000, 6);
    expect(a.points - b.points).toBeCloseTo((400 / Math.LN10) * Math.log(30.5 / 10.5), 0);
    expect(a.interval?.low).toBeGreaterThan(1_000);
    expect(b.interval?.high).toBeLessThan(1_000);
    expect(scoreStudy(['a', 'b'], [...judgements, judged(40, null)])).toEqual(scores);
  });

  it('have no interval and 1,000 points without a judgement', () => {
    expect(scoreStudy(['a', 'b'], []).systems).toMatchObject([
      { points: 1_000, interval: null },
      { points: 1_000, interval: null },
    ]);
  });

  it('tell how far people agree, and nothing where no two judged the same', () => {
    const agreement = (...judgements: PreferenceJudgement[]) => scoreStudy(['a', 'b'], judgements).agreement;
    expect(agreement(judged(1, 'a'), judged(2, 'a', 'lee'))).toBeNull();
    expect(agreement(judged(1, 'a'), judged(1, 'a', 'lee'))).toBe(1);
    expect(agreement(judged(1, 'a'), judged(1, 'a', 'lee'), judged(1, 'b', 'han'))).toBeCloseTo(1 / 3, 12);
  });
});
