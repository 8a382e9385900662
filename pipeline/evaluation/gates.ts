// The gates of a model's spec, judged. The verdict is a result with its reasons in words; a metric without a value
// never passes, and a first version passes the comparisons for want of a champion.
import type { GateInDoubt, GateSpec } from '../../contracts/model-spec/judgement.ts';
import { formatApart, formatConfidence, formatInterval, formatNumber } from './format.ts';
import type { GateEvidence } from './gate-evidence.ts';
import type { GateFinding, PassingSide } from './gate-finding.ts';
import { passes } from './gate-finding.ts';
import type { MetricEstimate, MetricTable } from './metric-table.ts';
import { gateDescriptions } from './metric-table.ts';
import { judgeSlices } from './slice-gates.ts';

/** One gate as it was judged. */
export interface GateOutcome extends GateFinding {
  readonly gate: GateSpec;
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
  /** Absent: there are neither paired differences nor slices. */
  readonly evidence?: GateEvidence | undefined;
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
  const outcomes = gates.map((gate) => ({ gate, ...judgeGate(gate, measured) }));
  return { passed: outcomes.every(({ passed }) => passed), gates: outcomes };
}

/** @returns a gate in words, such as `F1 at least 0.93` */
export function describeGate(gate: GateSpec): string {
  const sliced = 'slice' in gate && gate.slice !== undefined ? `, each ${gate.slice} by itself` : '';
  const sure = gate.confidence === undefined ? '' : `, at ${formatConfidence(gate.confidence)}`;
  return `${describeCondition(gate)}${sliced}${sure}`;
}

function describeCondition(gate: GateSpec): string {
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

function judgeGate(gate: GateSpec, { candidate, champion, baselines = [], evidence }: Measured): GateFinding {
  if ('slice' in gate && gate.slice !== undefined)
    return judgeSlices(
      gate,
      evidence?.slices(gate.metric, gate.slice, gate.confidence) ?? { by: gate.slice, judged: [], small: 0 },
    );
  const { title, better } = gateDescriptions[gate.metric];
  const { value, interval } = estimateOf(gate, candidate[gate.metric], evidence);
  const settle = (bound: number | null, passed: boolean, reason: string): GateFinding => ({
    ...{ value, interval, bound, passed, reason },
  });
  if (Number.isNaN(value)) return settle(null, false, `${title} has no value on these examples`);
  const measured = `${title} is ${formatNumber(value)}${interval === null ? '' : ` (${formatInterval(interval)})`}`;
  const againstBound = (bound: number, side: PassingSide, inDoubt: GateInDoubt = 'value'): GateFinding => {
    const passed = passes({ value, interval }, { bound, side, inDoubt });
    return settle(bound, passed, `${against(measured, value, bound)}${doubtNote(inDoubt, passed)}`);
  };
  const againstOther = (margin: number, theirs: number, whose: string): GateFinding => {
    const bound = better === 'higher' ? theirs - margin : theirs + margin;
    const passed = better === 'higher' ? value >= bound : value <= bound;
    const allowed = margin === 0 ? '' : ` with a margin of ${margin}`;
    return settle(bound, passed, `${against(measured, value, theirs, whose)}${allowed}`);
  };
  switch (gate.kind) {
    case 'at-least':
      return againstBound(gate.bound, 'above', gate.inDoubt);
    case 'at-most':
      return againstBound(gate.bound, 'below', gate.inDoubt);
    case 'no-worse-than-champion': {
      if (champion === undefined) return settle(null, true, `${measured}; no champion yet to compare with`);
      const theirs = champion[gate.metric]?.value ?? Number.NaN;
      if (Number.isNaN(theirs))
        return settle(null, false, `the champion's ${title} has no value on these examples`);
      const found = againstOther(gate.margin, theirs, "the champion's");
      const { metric, confidence } = gate;
      return withDifference(gate, found, evidence?.difference(metric, { confidence }));
    }
    case 'no-worse-than-baselines': {
      const best = bestOf(baselines, gate.metric);
      if (best === undefined)
        return settle(null, false, `no baseline has a value of ${title} on these examples`);
      const found = againstOther(gate.margin, best.value, `${best.title}’s`);
      const { metric, confidence } = gate;
      return withDifference(gate, found, evidence?.difference(metric, { baseline: best.title, confidence }));
    }
  }
}

/** The candidate's metric with the interval that the gate asks for; without one where that cannot be told. */
function estimateOf(
  { metric, confidence }: GateSpec,
  measured: MetricEstimate = { value: Number.NaN, interval: null },
  evidence?: GateEvidence,
): MetricEstimate {
  const { value, interval } = measured;
  if (confidence === undefined || interval === null || interval.confidence === confidence) return measured;
  return { value, interval: evidence?.estimate(metric, confidence)?.interval ?? null };
}

/** The paired difference stands beside the values, and decides where the gate asks for confidence. */
function withDifference(
  { metric, margin, inDoubt = 'value' }: Extract<GateSpec, { margin: number }>,
  found: GateFinding,
  difference: MetricEstimate | undefined,
): GateFinding {
  if (difference === undefined) return found;
  const higher = gateDescriptions[metric].better === 'higher';
  const [bound, side] = higher ? ([-margin, 'above'] as const) : ([margin, 'below'] as const);
  const passed = inDoubt === 'value' ? found.passed : passes(difference, { bound, side, inDoubt });
  const range = difference.interval === null ? 'no interval' : formatInterval(difference.interval);
  const reason = `${found.reason}; paired, the difference is ${formatNumber(difference.value)} (${range})`;
  return { ...found, difference, passed, reason: `${reason}${doubtNote(inDoubt, passed)}` };
}

/** What the interval is taken to show, where it decides. */
function doubtNote(inDoubt: GateInDoubt, passed: boolean): string {
  switch (inDoubt) {
    case 'value':
      return '';
    case 'passes':
      return passed ? ', which does not show it to fail' : ', which shows it to fail';
    case 'fails':
      return passed ? ', which shows it to pass' : ', which does not show it to pass';
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
