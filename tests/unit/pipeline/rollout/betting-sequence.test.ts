import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../pipeline/random.ts';
import { bettingBounds, createBets, logGain } from '../../../../pipeline/rollout/betting-sequence.ts';
import { sequences } from './golden.ts';

const { series, cases } = sequences.bets;
/** Numbers of 0 to 1 as scores of −1 to 1. */
const scoresOf = (xs: readonly number[]) => xs.map((x) => ({ score: 2 * x - 1, weight: 1 }));
const onUnit = (bound: number) => (bound + 1) / 2;

describe('bettingBounds', () => {
  it.each(cases)('has the bounds of confseq on $name at n = $n, α = $alpha', ({ name, n, alpha, bounds }) => {
    const { lower, upper } = bettingBounds(scoresOf((series[name] ?? []).slice(0, n)), alpha / 2);
    expect(onUnit(lower)).toBeCloseTo(bounds[0], 7);
    expect(onUnit(upper)).toBeCloseTo(bounds[1], 7);
  });

  it('says nothing of no numbers, and mirrors with them', () => {
    expect(bettingBounds([], 0.025)).toEqual({ lower: -1, upper: 1 });
    const unit = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(unit, (numbers) => {
        const of = (sign: 1 | -1) =>
          bettingBounds(
            numbers.map((score) => ({ score: sign * score, weight: 1 })),
            0.05,
          );
        expect(of(-1).lower).toBeCloseTo(-of(1).upper, 9);
        expect(of(1).lower).toBeLessThanOrEqual(of(1).upper);
      }),
      { numRuns: 50 },
    );
  });

  it('finds what is estimated where its weight changes along the series', () => {
    const random = createRandom(22);
    const scores = Array.from({ length: 3_000 }, (_, index) => {
      const weight = index % 2 === 0 ? 0.25 : 1;
      return { weight, score: weight * 0.4 + 0.5 * (random.next() - 0.5) };
    });
    const { lower, upper } = bettingBounds(scores, 0.025);
    expect(lower).toBeGreaterThan(0.35);
    expect(upper).toBeLessThan(0.45);
    expect(lower).toBeLessThan(0.4);
    expect(upper).toBeGreaterThan(0.4);
  });
});

it('a bet wins against a true mean with a chance of α at most, looked at after each of 500 seldom events', () => {
  const random = createRandom(23);
  const alpha = 0.05;
  let won = 0;
  for (let run = 0; run < 400; run += 1) {
    const bets = createBets(alpha);
    let capital = 0;
    let isRich = false;
    for (let n = 0; n < 500; n += 1) {
      const x = random.next() < 0.01 ? 1 : 0;
      capital += logGain(x, 0.01, bets.next());
      bets.seen(x);
      isRich ||= capital >= Math.log(1 / alpha);
    }
    won += isRich ? 1 : 0;
  }
  // Three standard errors of 400 runs.
  expect(won / 400).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / 400));
});
