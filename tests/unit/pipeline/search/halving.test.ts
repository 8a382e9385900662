import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rung, TrialLoss } from '../../../../pipeline/search/halving.ts';
import { decide, firstRung, plannedRungs, stepsOf } from '../../../../pipeline/search/halving.ts';

const options = { eta: 3, minimumSteps: 10, phaseSteps: 1_000 };
const lossesOf = (losses: readonly (number | undefined)[]): TrialLoss[] =>
  losses.map((loss, index) => ({ trial: index + 1, loss }));

const anyHalving = fc.record({
  eta: fc.integer({ min: 2, max: 10 }),
  minimumSteps: fc.integer({ min: 1, max: 50 }),
  maximumSteps: fc.option(fc.integer({ min: 50, max: 2_000 }), { nil: undefined }),
  phaseSteps: fc.integer({ min: 1, max: 5_000 }),
});
const anyLosses = fc.array(fc.option(fc.double({ min: 0, max: 9, noNaN: true }), { nil: undefined }), {
  minLength: 1,
  maxLength: 60,
});

describe('successive halving', () => {
  it('has the best third of the trials go on for three times as many steps', () => {
    const rung = firstRung(9, options);
    expect(rung).toEqual({ rung: 0, steps: 10, trials: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
    const losses = lossesOf([5, 4, 3, 9, 8, 1, 7, 6, 2]);
    expect(decide(rung, losses, options)).toEqual({
      kind: 'rung',
      rung: { rung: 1, steps: 30, trials: [3, 6, 9] },
    });
  });

  it('ends with the best where one is left, or where the phase ends', () => {
    const rung: Rung = { rung: 1, steps: 30, trials: [2, 5, 8] };
    const losses = [2, 5, 8].map((trial) => ({ trial, loss: 10 - trial }));
    expect(decide(rung, losses, options)).toEqual({ kind: 'best', trial: 8 });
    const many = firstRung(9, options);
    const all = lossesOf([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(decide(many, all, { ...options, phaseSteps: 8 })).toEqual({ kind: 'best', trial: 9 });
    expect(decide(many, all, { ...options, maximumSteps: 10 })).toEqual({ kind: 'best', trial: 9 });
  });

  it('drops a trial that diverged, and ends with none where all did', () => {
    const rung = firstRung(6, options);
    expect(decide(rung, lossesOf([undefined, 3, undefined, 2, Number.NaN, 4]), options)).toMatchObject({
      rung: { trials: [2, 4] },
    });
    expect(
      decide(rung, lossesOf([undefined, undefined, undefined, 2, undefined, undefined]), options),
    ).toEqual({ kind: 'best', trial: 4 });
    expect(decide(rung, lossesOf(Array<undefined>(6).fill(undefined)), options)).toEqual({ kind: 'none' });
  });

  it('tells equal losses apart by the number of the trial', () => {
    expect(decide(firstRung(3, options), lossesOf([1, 1, 1]), options)).toEqual({ kind: 'best', trial: 1 });
  });

  it('keeps none that is worse than one that it drops', () => {
    fc.assert(
      fc.property(anyHalving, anyLosses, (halving, losses) => {
        const decision = decide(firstRung(losses.length, halving), lossesOf(losses), halving);
        const loss = (trial: number) => losses[trial - 1] ?? Infinity;
        if (decision.kind === 'none') {
          expect(losses.every((it) => it === undefined)).toBe(true);
          return;
        }
        const kept = decision.kind === 'best' ? [decision.trial] : decision.rung.trials;
        const dropped = losses.flatMap((_, index) => (kept.includes(index + 1) ? [] : [index + 1]));
        const worst = Math.max(...kept.map(loss));
        expect(dropped.every((trial) => loss(trial) >= worst)).toBe(true);
        if (decision.kind === 'rung')
          expect(kept.length).toBe(
            Math.min(
              losses.filter((it) => it !== undefined).length,
              Math.max(1, Math.floor(losses.length / halving.eta)),
            ),
          );
      }),
    );
  });

  it('has rungs that grow in steps, shrink in trials and end within the phase', () => {
    fc.assert(
      fc.property(anyHalving, fc.integer({ min: 1, max: 128 }), (halving, trials) => {
        const rungs = plannedRungs(trials, halving);
        const last = Math.min(halving.maximumSteps ?? Infinity, halving.phaseSteps);
        for (const [index, rung] of rungs.entries()) {
          expect(rung.steps).toBeLessThanOrEqual(last);
          if (index === 0) continue;
          expect(rung.steps).toBeGreaterThan(rungs[index - 1].steps);
          expect(rung.trials.length).toBeLessThan(rungs[index - 1].trials.length);
          expect(rung.trials.length).toBeGreaterThan(1);
        }
      }),
    );
  });

  it('takes far fewer steps than training every trial to the end', () => {
    const rungs = plannedRungs(27, { eta: 3, minimumSteps: 10, phaseSteps: 270 });
    expect(rungs.map(({ trials, steps }) => [trials.length, steps])).toEqual([
      [27, 10],
      [9, 30],
      [3, 90],
    ]);
    expect(stepsOf(rungs)).toBe(27 * 10 + 9 * 20 + 3 * 60); // 630, in place of 7,290
  });
});
