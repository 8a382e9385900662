// Gates that judge every slice of the held-out documents by itself. With many slices some look bad by chance, so their
// intervals are as wide as it takes for all of them to hold at once (Bonferroni).
import type { GateSpec } from '../../contracts/model-spec/judgement.ts';
import { formatConfidence, formatCount, formatNumber } from './format.ts';
import type { GateFinding, PassingSide } from './gate-finding.ts';
import { passes } from './gate-finding.ts';
import type { MetricEstimate } from './metric-table.ts';
import { gateDescriptions } from './metric-table.ts';
import { ENOUGH_DOCUMENTS } from './slice-figures.ts';

/** A gate that can name a dimension of slices. */
export type SlicedGate = Extract<GateSpec, { slice?: unknown }>;

/** One slice, measured for a gate. */
export interface MeasuredSlice {
  readonly name: string;
  readonly documents: number;
  readonly candidate: MetricEstimate;
  /** Where a version is in service: its value, and candidate less champion, paired. */
  readonly champion?: { readonly value: number; readonly difference: MetricEstimate };
}

/** The slices of one dimension. */
export interface MeasuredSlices {
  readonly by: string;
  /** Those with documents enough. */
  readonly judged: readonly MeasuredSlice[];
  /** How many have too few. */
  readonly small: number;
  /** Of the intervals, all slices together. */
  readonly confidence?: number;
}

/** Of a gate's interval, or of those of all its slices together, where the model file states none. */
export const GATE_CONFIDENCE = 0.95;

interface JudgedSlice {
  readonly slice: MeasuredSlice;
  readonly bound: number;
  readonly passed: boolean;
  /** How far it is on the passing side; the lowest is the worst. */
  readonly room: number;
}

/** @returns the finding of the worst slice; its reason names every one that fails, up to a few */
export function judgeSlices(
  gate: SlicedGate,
  { by, judged, small, confidence }: MeasuredSlices,
): GateFinding {
  const inDoubt = gate.inDoubt ?? 'passes';
  const { title } = gateDescriptions[gate.metric];
  const measurable = judged.filter(({ candidate }) => !Number.isNaN(candidate.value));
  const left = judged.length - measurable.length + small;
  const unjudged =
    left === 0
      ? ''
      : `; ${slicesOf(left)} with under ${ENOUGH_DOCUMENTS} documents, or without a value, are not judged`;
  const first = measurable.at(0)?.candidate ?? { value: Number.NaN, interval: null };
  const nothing = (passed: boolean, reason: string): GateFinding => ({
    ...first,
    bound: null,
    passed,
    reason,
  });
  if (gate.kind === 'no-worse-than-champion' && judged.every(({ champion }) => champion === undefined))
    return nothing(true, `no champion yet to compare with, ${by} by ${by}`);
  const results = measurable.map((slice) => judgeSlice(gate, slice)).sort((a, b) => a.room - b.room);
  const worst = results.at(0);
  if (worst === undefined)
    return nothing(
      inDoubt === 'passes',
      `no ${by} has a value of ${title} on ${ENOUGH_DOCUMENTS} documents or more`,
    );
  const failed = results.filter(({ passed }) => !passed);
  const told = failed.length > 0 ? failed.slice(0, TOLD) : [worst];
  const more = failed.length > TOLD ? `; and ${slicesOf(failed.length - TOLD)} more` : '';
  const opening = failed.length > 0 ? '' : `all of ${slicesOf(results.length)} pass, the worst being `;
  const sentences = told.map((it) => describe(gate, { by, it, among: judged.length, confidence }));
  return {
    ...{ value: worst.slice.candidate.value, interval: worst.slice.candidate.interval, bound: worst.bound },
    passed: failed.length === 0,
    reason: `${opening}${sentences.join('; ')}${more}${unjudged}`,
    ...(failed.length > 0 && { slices: failed.map(({ slice }) => slice.name) }),
    ...(worst.slice.champion && { difference: worst.slice.champion.difference }),
  };
}

/** So many failing slices are told in words. */
const TOLD = 3;

const slicesOf = (count: number): string => `${formatCount(count)} ${count === 1 ? 'slice' : 'slices'}`;

function judgeSlice(gate: SlicedGate, slice: MeasuredSlice): JudgedSlice {
  const inDoubt = gate.inDoubt ?? 'passes';
  const against = (estimate: MetricEstimate, bound: number, side: PassingSide) => ({
    passed: passes(estimate, { bound, side, inDoubt }),
    room: side === 'above' ? estimate.value - bound : bound - estimate.value,
  });
  if (gate.kind === 'at-least')
    return { slice, bound: gate.bound, ...against(slice.candidate, gate.bound, 'above') };
  if (gate.kind === 'at-most')
    return { slice, bound: gate.bound, ...against(slice.candidate, gate.bound, 'below') };
  const theirs = slice.champion ?? { value: Number.NaN, difference: { value: Number.NaN, interval: null } };
  const higher = gateDescriptions[gate.metric].better === 'higher';
  const allowed = higher ? -gate.margin : gate.margin;
  return {
    slice,
    bound: theirs.value + allowed,
    ...against(theirs.difference, allowed, higher ? 'above' : 'below'),
  };
}

/** @returns `source “forum” (120 documents): Accuracy is 0.700, the champion's 0.900; the difference of −0.200 (…) …` */
function describe(
  gate: SlicedGate,
  {
    by,
    it: { slice, passed },
    among,
    confidence = GATE_CONFIDENCE,
  }: { by: string; it: JudgedSlice; among: number; confidence?: number | undefined },
): string {
  const { title } = gateDescriptions[gate.metric];
  const certainty = `${formatConfidence(confidence)}${among > 1 ? ` over all ${slicesOf(among)}` : ''}`;
  const range = ({ interval }: MetricEstimate): string =>
    interval === null
      ? ' (no interval)'
      : ` (${formatNumber(interval.low)} to ${formatNumber(interval.high)}, ${certainty})`;
  const about = `${by} “${slice.name}” (${formatCount(slice.documents)} documents): ${title} is ${formatNumber(slice.candidate.value)}`;
  if (gate.kind !== 'no-worse-than-champion' || slice.champion === undefined) {
    const bound =
      gate.kind === 'no-worse-than-champion' ? '' : ` beside the bound of ${formatNumber(gate.bound)}`;
    return `${about}${range(slice.candidate)}${bound}`;
  }
  const { value, difference } = slice.champion;
  const margin = `${passed ? 'not shown to be worse by' : 'worse by'} more than the margin of ${gate.margin}`;
  return `${about}, the champion's ${formatNumber(value)}; the difference is ${formatNumber(difference.value)}${range(difference)}, ${margin}`;
}
