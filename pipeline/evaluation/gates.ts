// The gates of a model's spec, judged. The verdict is a result with its reasons in words; a metric without a value
// never passes, and a first version passes the comparisons for want of a champion.
import type { GateSpec } from '../../contracts/model-spec/judgement.ts';
import type { Interval } from './bootstrap.ts';
import { formatApart, formatInterval, formatNumber } from './format.ts';
import type { MetricTable } from './metric-table.ts';
import { gateDescriptions } from './metric-table.ts';

/** One gate as it was judged. */
export interface GateOutcome {
  readonly gate: GateSpec;
  /** The candidate's metric; NaN where it has none. */
  readonly value: number;
  readonly interval: Interval | null;
  /** What the value was held against; null where there was nothing, as without a champion. */
  readonly bound: number | null;
  readonly passed: boolean;
  readonly reason: string;
}

export interface GateVerdict {
  /** True where every gate passed, and where there are none. */
  readonly passed: boolean;
  readonly gates: readonly GateOutcome[];
}

/** What is judged, and what it is held against, all on the same examples. */
interface Measured {
  readonly candidate: MetricTable;
  /** Where a version is in service. */
  readonly champion?: MetricTable | undefined;
  /** Absent: there are none. */
  readonly baselines?: readonly Baseline[] | undefined;
}

interface Baseline {
  readonly title: string;
  readonly metrics: MetricTable;
}

/**
 * Judges a candidate.
 * @param gates of the model's spec
 */
export function judgeGates(gates: readonly GateSpec[], measured: Measured): GateVerdict {
  const outcomes = gates.map((gate) => judgeGate(gate, measured));
  return { passed: outcomes.every(({ passed }) => passed), gates: outcomes };
}

/** @returns a gate in words, such as `F1 at least 0.93` */
export function describeGate(gate: GateSpec): string {
  const { title } = gateDescriptions[gate.metric];
  switch (gate.kind) {
    case 'at-least':
      return `${title} at least ${gate.bound}`;
    case 'at-most':
      return `${title} at most ${gate.bound}`;
    case 'no-worse-than-champion':
      return `${title} no worse than the champion's by more than ${gate.margin}`;
    case 'no-worse-than-baselines':
      return `${title} no worse than the baselines' by more than ${gate.margin}`;
  }
}

function judgeGate(gate: GateSpec, { candidate, champion, baselines = [] }: Measured): GateOutcome {
  const { title, better } = gateDescriptions[gate.metric];
  const { value, interval } = candidate[gate.metric] ?? { value: Number.NaN, interval: null };
  const settle = (bound: number | null, passed: boolean, reason: string): GateOutcome => ({
    gate,
    value,
    interval,
    bound,
    passed,
    reason,
  });
  if (Number.isNaN(value)) return settle(null, false, `${title} has no value on these examples`);
  const measured = `${title} is ${formatNumber(value)}${interval === null ? '' : ` (${formatInterval(interval)})`}`;
  const againstOther = (margin: number, theirs: number, whose: string): GateOutcome => {
    const bound = better === 'higher' ? theirs - margin : theirs + margin;
    const passed = better === 'higher' ? value >= bound : value <= bound;
    const allowed = margin === 0 ? '' : ` with a margin of ${margin}`;
    return settle(bound, passed, `${against(measured, value, theirs, whose)}${allowed}`);
  };
  switch (gate.kind) {
    case 'at-least':
      return settle(gate.bound, value >= gate.bound, against(measured, value, gate.bound));
    case 'at-most':
      return settle(gate.bound, value <= gate.bound, against(measured, value, gate.bound));
    case 'no-worse-than-champion': {
      if (champion === undefined) return settle(null, true, `${measured}; no champion yet to compare with`);
      const theirs = champion[gate.metric]?.value ?? Number.NaN;
      if (Number.isNaN(theirs))
        return settle(null, false, `the champion's ${title} has no value on these examples`);
      return againstOther(gate.margin, theirs, "the champion's");
    }
    case 'no-worse-than-baselines': {
      const best = bestOf(baselines, gate.metric);
      if (best === undefined)
        return settle(null, false, `no baseline has a value of ${title} on these examples`);
      return againstOther(gate.margin, best.value, `${best.title}’s`);
    }
  }
}

/** @returns the baseline that is hardest to beat; undefined where none has a value */
function bestOf(
  baselines: readonly Baseline[],
  metric: GateSpec['metric'],
): { readonly title: string; readonly value: number } | undefined {
  const sign = gateDescriptions[metric].better === 'higher' ? 1 : -1;
  return baselines
    .map(({ title, metrics }) => ({ title, value: metrics[metric]?.value ?? Number.NaN }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => sign * (b.value - a.value))
    .at(0);
}

/** @returns `F1 is 0.941 (…), above 0.93`, with digits enough to tell the two apart */
function against(measured: string, value: number, bound: number, whose = 'the bound of'): string {
  if (value === bound) return `${measured}, exactly ${whose} ${formatNumber(bound)}`;
  const [ours, theirs] = formatApart(value, bound);
  const exact = ours === formatNumber(value) ? '' : `, exactly ${ours}`;
  return `${measured}${exact}, ${value > bound ? 'above' : 'below'} ${whose} ${theirs}`;
}
