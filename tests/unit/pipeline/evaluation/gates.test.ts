import { describe, expect, it } from 'vitest';
import type { GateSpec } from '../../../../contracts/model-spec/judgement.ts';
import { describeGate, judgeGates } from '../../../../pipeline/evaluation/gates.ts';
import type { MetricTable } from '../../../../pipeline/evaluation/metric-table.ts';
import { budgetTable, servedFigures } from '../../../../pipeline/evaluation/served-figures.ts';

const valued = (values: Record<string, number>): MetricTable =>
  Object.fromEntries(Object.entries(values).map(([metric, value]) => [metric, { value, interval: null }]));
const noWorse = (metric: 'auc' | 'logLoss', margin = 0.01): GateSpec => ({
  kind: 'no-worse-than-champion',
  metric,
  margin,
});
const judge = (gate: GateSpec, candidate: MetricTable, champion?: MetricTable) =>
  judgeGates([gate], { candidate, champion }).gates[0];

describe('gates', () => {
  it.each([
    [{ kind: 'at-least', metric: 'f1', bound: 0.9 }, 0.91, true, 'F1 is 0.910, above the bound of 0.900'],
    [{ kind: 'at-least', metric: 'f1', bound: 0.9 }, 0.9, true, 'F1 is 0.900, exactly the bound of 0.900'],
    [{ kind: 'at-least', metric: 'f1', bound: 0.9 }, 0.89, false, 'F1 is 0.890, below the bound of 0.900'],
    [
      { kind: 'at-most', metric: 'brier', bound: 0.1 },
      0.05,
      true,
      'Brier score is 0.050, below the bound of 0.100',
    ],
    [
      { kind: 'at-most', metric: 'brier', bound: 0.1 },
      0.2,
      false,
      'Brier score is 0.200, above the bound of 0.100',
    ],
  ] as const)('judge %o against %d as %s', (gate, value, passed, reason) => {
    expect(judge(gate, valued({ [gate.metric]: value }))).toEqual({
      gate,
      value,
      interval: null,
      bound: gate.bound,
      passed,
      reason,
    });
  });

  it('tell apart in words what three decimals would not', () => {
    const { passed, reason } = judge(
      { kind: 'at-least', metric: 'f1', bound: 0.93 },
      valued({ f1: 0.92996 }),
    );
    expect(passed).toBe(false);
    expect(reason).toBe('F1 is 0.930, exactly 0.92996, below the bound of 0.93000');
  });

  it('say the interval where there is one', () => {
    const interval = { low: 0.85, high: 0.95, confidence: 0.9 };
    const outcome = judge({ kind: 'at-least', metric: 'f1', bound: 0.8 }, { f1: { value: 0.9, interval } });
    expect(outcome.interval).toEqual(interval);
    expect(outcome.reason).toBe('F1 is 0.900 (0.850 to 0.950, 90 % confidence), above the bound of 0.800');
  });

  it('hold a candidate to the champion less the margin, whichever way is better', () => {
    expect(judge(noWorse('auc'), valued({ auc: 0.945 }), valued({ auc: 0.95 }))).toMatchObject({
      passed: true,
      bound: 0.94,
      reason: "AUC is 0.945, below the champion's 0.950 with a margin of 0.01",
    });
    expect(judge(noWorse('auc'), valued({ auc: 0.93 }), valued({ auc: 0.95 })).passed).toBe(false);
    expect(judge(noWorse('logLoss'), valued({ logLoss: 0.305 }), valued({ logLoss: 0.3 })).passed).toBe(true);
    expect(judge(noWorse('logLoss'), valued({ logLoss: 0.32 }), valued({ logLoss: 0.3 })).passed).toBe(false);
  });

  it('pass a first version for want of a champion, and say so', () => {
    expect(judge(noWorse('auc'), valued({ auc: 0.5 }))).toMatchObject({
      passed: true,
      bound: null,
      reason: 'AUC is 0.500; no champion yet to compare with',
    });
  });

  it('hold a candidate to the best of the baselines, whichever way is better', () => {
    const baselines = [
      { title: 'First', metrics: valued({ auc: 0.6, logLoss: 0.9 }) },
      { title: 'Second', metrics: valued({ auc: 0.8, logLoss: 0.5 }) },
      { title: 'Third', metrics: valued({ auc: Number.NaN }) },
    ];
    const against = (metric: 'auc' | 'logLoss', value: number, margin = 0) =>
      judgeGates([{ kind: 'no-worse-than-baselines', metric, margin }], {
        ...{ candidate: valued({ [metric]: value }), baselines },
      }).gates[0];
    expect(against('auc', 0.7)).toMatchObject({
      ...{ passed: false, bound: 0.8, reason: 'AUC is 0.700, below Second’s 0.800' },
    });
    expect(against('auc', 0.75, 0.1)).toMatchObject({
      ...{ passed: true, reason: 'AUC is 0.750, below Second’s 0.800 with a margin of 0.1' },
    });
    expect(against('logLoss', 0.4).passed).toBe(true);
    expect(against('logLoss', 0.6).passed).toBe(false);
  });

  it('fail against baselines of which none has a value', () => {
    const gate: GateSpec = { kind: 'no-worse-than-baselines', metric: 'auc', margin: 0 };
    expect(judge(gate, valued({ auc: 1 }))).toMatchObject({
      ...{ passed: false, reason: 'no baseline has a value of AUC on these examples' },
    });
  });

  it('never pass without a value, on either side', () => {
    const gates: GateSpec[] = [
      { kind: 'at-least', metric: 'auc', bound: 0 },
      { kind: 'at-most', metric: 'auc', bound: 1 },
      noWorse('auc', 1),
    ];
    for (const candidate of [valued({ auc: Number.NaN }), {}]) {
      for (const gate of gates) {
        expect(judge(gate, candidate)).toMatchObject({
          passed: false,
          reason: 'AUC has no value on these examples',
        });
      }
    }
    expect(judge(noWorse('auc', 1), valued({ auc: 0.9 }), valued({ auc: Number.NaN }))).toMatchObject({
      passed: false,
      reason: "the champion's AUC has no value on these examples",
    });
  });

  it('reject the whole for one that fails, and accept where there are none', () => {
    const gates: GateSpec[] = [
      { kind: 'at-least', metric: 'f1', bound: 0.5 },
      { kind: 'at-least', metric: 'accuracy', bound: 0.9 },
    ];
    const verdict = judgeGates(gates, { candidate: valued({ f1: 0.6, accuracy: 0.8 }) });
    expect(verdict.passed).toBe(false);
    expect(verdict.gates.map(({ passed }) => passed)).toEqual([true, false]);
    expect(judgeGates([], { candidate: {} })).toEqual({ passed: true, gates: [] });
  });

  it('hold a version to what it may cost, and never pass one whose cost was not measured', () => {
    const latency: GateSpec = { kind: 'at-most', metric: 'latencyP95Ms', bound: 20 };
    const served = servedFigures(
      Array.from({ length: 21 }, (_, at) => ({ milliseconds: at + 1, tokens: 11 })),
      5_000_000,
    );
    expect(served).toMatchObject({ texts: 21, latencyP50Ms: 11, latencyP95Ms: 20, tokensPerSecond: 1_000 });
    expect(judge(latency, budgetTable(served))).toMatchObject({
      passed: true,
      reason: 'Latency in ms, 95th percentile is 20.000, exactly the bound of 20.000',
    });
    const size: GateSpec = { kind: 'at-most', metric: 'packageBytes', bound: 4_000_000 };
    expect(judge(size, budgetTable(served))).toMatchObject({
      passed: false,
      reason: 'Size in bytes is 5,000,000, above the bound of 4,000,000',
    });
    expect(judge(latency, budgetTable(undefined)).passed).toBe(false);
  });

  it('are named in words', () => {
    expect(describeGate({ kind: 'at-least', metric: 'f1', bound: 0.93 })).toBe('F1 at least 0.93');
    expect(describeGate({ kind: 'at-most', metric: 'logLoss', bound: 0.3 })).toBe('Log loss at most 0.3');
    expect(describeGate({ kind: 'no-worse-than-baselines', metric: 'rougeL', margin: 0 })).toBe(
      "ROUGE-L no worse than the baselines' by more than 0",
    );
    expect(describeGate(noWorse('auc'))).toBe("AUC no worse than the champion's by more than 0.01");
  });
});
