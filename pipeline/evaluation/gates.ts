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

/**
 * Judges a candidate.
 * @param gates of the model's spec
 * @param measured the candidate's metrics, and the champion's on the same examples where one is in service
 */
export function judgeGates(
  gates: readonly GateSpec[],
  measured: { readonly candidate: MetricTable; readonly champion?: MetricTable | undefined },
): GateVerdict {
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
  }
}

function judgeGate(
  gate: GateSpec,
  { candidate, champion }: { candidate: MetricTable; champion?: MetricTable | undefined },
): GateOutcome {
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
      const bound = better === 'higher' ? theirs - gate.margin : theirs + gate.margin;
      const passed = better === 'higher' ? value >= bound : value <= bound;
      const margin = gate.margin === 0 ? '' : ` with a margin of ${gate.margin}`;
      return settle(bound, passed, `${against(measured, value, theirs, "the champion's")}${margin}`);
    }
  }
}

/** @returns `F1 is 0.941 (…), above 0.93`, with digits enough to tell the two apart */
function against(measured: string, value: number, bound: number, whose = 'the bound of'): string {
  if (value === bound) return `${measured}, exactly ${whose} ${formatNumber(bound)}`;
  const [ours, theirs] = formatApart(value, bound);
  const exact = ours === formatNumber(value) ? '' : `, exactly ${ours}`;
  return `${measured}${exact}, ${value > bound ? 'above' : 'below'} ${whose} ${theirs}`;
}
