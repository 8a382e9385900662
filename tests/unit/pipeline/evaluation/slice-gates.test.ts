import { describe, expect, it } from 'vitest';
import type { GateSpec } from '../../../../contracts/model-spec/judgement.ts';
import { evaluateClassifier } from '../../../../pipeline/evaluation/classifier-evaluation.ts';
import { describeGate, judgeGates } from '../../../../pipeline/evaluation/gates.ts';
import { slicedInput } from './sliced-example.ts';

const noWorse = { kind: 'no-worse-than-champion', metric: 'accuracy', margin: 0.02 } as const;
const judge = (gate: GateSpec, wrong: Readonly<Record<string, number>>) =>
  evaluateClassifier({ ...slicedInput(wrong), gates: [gate] }).verdict.gates[0];

describe('gates that judge slices', () => {
  it('reject a candidate that is worse on one slice only, and name it', () => {
    const { passed, slices, reason, difference } = judge(
      { ...noWorse, slice: 'source' },
      { inbox: 0, forum: 20 },
    );
    expect(passed).toBe(false);
    expect(slices).toEqual(['forum']);
    expect(reason).toMatch(
      /^source “forum” \(60 documents\): Accuracy is 0\.667, the champion's 0\.950; the difference is −0\.283 \(−0\.\d+ to −0\.\d+, 95 % confidence over all 2 slices\), worse by more than the margin of 0\.02$/,
    );
    expect(difference?.value).toBeCloseTo(-17 / 60, 12);
  });

  it('pass one that is better on the whole and nowhere shown to be worse', () => {
    const found = judge({ ...noWorse, slice: 'source' }, { inbox: 0, forum: 4 });
    expect(found).toMatchObject({ passed: true, bound: 57 / 60 - 0.02 });
    expect(found).not.toHaveProperty('slices');
    expect(found.reason).toMatch(
      /^all of 2 slices pass, the worst being source “forum” .* not shown to be worse by/,
    );
  });

  it('judge by the value alone, or hold what is in doubt, where the model file says so', () => {
    const wrong = { inbox: 0, forum: 5 };
    expect(judge({ ...noWorse, slice: 'source', inDoubt: 'passes' }, wrong).passed).toBe(true);
    expect(judge({ ...noWorse, slice: 'source', inDoubt: 'value' }, wrong).slices).toEqual(['forum']);
    expect(judge({ ...noWorse, slice: 'source', inDoubt: 'fails' }, wrong).slices).toEqual(['forum']);
  });

  it('hold slices to a bound', () => {
    const gate: GateSpec = { kind: 'at-least', metric: 'accuracy', bound: 0.8, slice: 'source' };
    expect(judge(gate, { inbox: 0, forum: 30 })).toMatchObject({
      passed: false,
      slices: ['forum'],
      value: 0.5,
      bound: 0.8,
    });
    expect(judge(gate, { inbox: 0, forum: 13 }).passed).toBe(true); // 0.783, and its interval reaches the bound
    const most: GateSpec = { kind: 'at-most', metric: 'brier', bound: 0.1, slice: 'source' };
    expect(judge(most, { inbox: 0, forum: 30 }).slices).toEqual(['forum']);
    expect(judge(most, { inbox: 0, forum: 1 }).passed).toBe(true);
  });

  it('say of a first version that there is no champion, slice by slice', () => {
    const { champion, ...first } = slicedInput({ forum: 20 });
    expect(champion).toBeDefined();
    expect(evaluateClassifier(first).verdict.gates[0]).toMatchObject({
      passed: true,
      bound: null,
      reason: 'no champion yet to compare with, source by source',
    });
  });

  it('count the slices that are too small to be judged, and hold them back only where doubt fails', () => {
    const gate: GateSpec = { kind: 'at-least', metric: 'auc', bound: 0.5, slice: 'label' };
    expect(judge(gate, {})).toMatchObject({
      passed: true,
      reason: 'no label has a value of AUC on 20 documents or more',
    });
    expect(judge({ ...gate, inDoubt: 'fails' }, {}).passed).toBe(false);
    const { holdout, ...input } = slicedInput({});
    const sources = holdout.sources?.map((source, at) => (at === 0 ? 'alone' : source)) ?? [];
    const { reason } = evaluateClassifier({ ...input, holdout: { ...holdout, sources } }).verdict.gates[0];
    expect(reason).toMatch(/; 1 slice with under 20 documents, or without a value, are not judged$/);
    expect(judgeGates([gate], { candidate: {} }).gates[0].reason).toBe(
      'no label has a value of AUC on 20 documents or more',
    );
  });

  it('are named in words', () => {
    expect(describeGate({ ...noWorse, slice: 'source' })).toBe(
      "Accuracy no worse than the champion's by more than 0.02, each source by itself",
    );
  });
});

describe('gates with confidence', () => {
  it('tell the paired difference to the champion, and let it decide where they are asked to', () => {
    const wrong = { inbox: 5, forum: 5 };
    const byValue = judge(noWorse, wrong);
    expect(byValue.passed).toBe(false);
    expect(byValue.reason).toMatch(
      /; paired, the difference is −0\.033 \(−0\.\d+ to −0\.\d+, 95 % confidence\)$/,
    );
    const lenient = judge({ ...noWorse, inDoubt: 'passes' }, wrong);
    expect(lenient).toMatchObject({ passed: true, difference: byValue.difference });
    expect(lenient.reason).toMatch(/, which does not show it to fail$/);
    expect(judge({ ...noWorse, inDoubt: 'fails' }, { inbox: 3, forum: 3 }).passed).toBe(true); // the very same answers
    expect(judge({ ...noWorse, inDoubt: 'fails' }, { inbox: 4, forum: 3 }).passed).toBe(false);
  });

  it('take the confidence that the model file states, and say it', () => {
    const gate = { kind: 'at-least', metric: 'accuracy', bound: 0.9, inDoubt: 'fails' } as const;
    const wrong = { inbox: 4, forum: 3 }; // 0.942
    const usual = judge(gate, wrong);
    const loose = judge({ ...gate, confidence: 0.6 }, wrong);
    expect([usual.passed, loose.passed]).toEqual([false, true]);
    expect([usual.interval?.confidence, loose.interval?.confidence]).toEqual([0.95, 0.6]);
    expect(loose.interval?.low).toBeGreaterThan(usual.interval?.low ?? 1);
    expect(loose.reason).toContain(', 60 % confidence), above the bound of 0.900, which shows it to pass');
    const strict = judge({ ...noWorse, confidence: 0.999 }, { inbox: 5, forum: 5 });
    expect(strict.difference?.interval?.confidence).toBe(0.999);
    const sliced = judge({ ...noWorse, slice: 'source', confidence: 0.9 }, { inbox: 0, forum: 20 });
    expect(sliced.reason).toContain('90 % confidence over all 2 slices');
    expect(sliced.difference?.interval?.confidence).toBeCloseTo(0.95, 12); // of each, so that both hold at 0.9
    expect(describeGate({ ...gate, confidence: 0.999 })).toBe('Accuracy at least 0.9, at 99.9 % confidence');
  });

  it('hold a candidate to the best of the baselines by their paired difference', () => {
    const gate = { kind: 'no-worse-than-baselines', metric: 'logLoss', margin: 0 } as const;
    const wrong = { inbox: 20, forum: 20 }; // sure of them, which costs more than knowing nothing
    const byValue = judge(gate, wrong);
    expect(byValue).toMatchObject({ passed: false, bound: expect.any(Number) as number });
    expect(byValue.difference?.value).toBeCloseTo(byValue.value - (byValue.bound ?? 0), 12);
    expect(byValue.reason).toMatch(/; paired, the difference is 0\.\d+ \(−0\.\d+ to .*95 % confidence\)$/);
    expect(judge({ ...gate, inDoubt: 'passes' }, wrong)).toMatchObject({
      passed: true,
      reason: expect.stringMatching(/, which does not show it to fail$/) as string,
    });
    expect(judge({ ...gate, inDoubt: 'fails' }, { inbox: 0, forum: 0 }).passed).toBe(true);
  });

  it('hold a value to its bound by what the interval shows', () => {
    const gate = { kind: 'at-least', metric: 'accuracy', bound: 0.9 } as const;
    const wrong = { inbox: 6, forum: 5 }; // 0.908
    expect(judge(gate, wrong).passed).toBe(true);
    expect(judge({ ...gate, inDoubt: 'fails' }, wrong)).toMatchObject({
      passed: false,
      reason: expect.stringMatching(/above the bound of 0\.900, which does not show it to pass$/) as string,
    });
    expect(judge({ ...gate, inDoubt: 'passes' }, { inbox: 7, forum: 7 }).passed).toBe(true);
    expect(judge({ ...gate, inDoubt: 'passes' }, { inbox: 20, forum: 20 }).reason).toMatch(
      /, which shows it to fail$/,
    );
  });
});
