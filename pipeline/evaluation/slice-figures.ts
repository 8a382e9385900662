// How well each slice fares, and which of them surely fare worse than the whole.
import type { SliceDimension } from '../../contracts/model-spec/judgement.ts';
import type { Interval, Statistic } from './bootstrap.ts';
import { allOf, estimateOn } from './bootstrap.ts';
import { formatCount, formatNumber } from './format.ts';
import type { GateMetricName } from './metric-table.ts';
import { gateDescriptions } from './metric-table.ts';
import { normalQuantile, twoSidedTail } from './normal.ts';
import { holm, scoreTest, wilsonInterval } from './proportions.ts';
import type { Slice } from './slices.ts';

/** A metric on a slice. */
export interface SliceEstimate {
  readonly metric: GateMetricName;
  /** NaN where these documents give it none. */
  readonly value: number;
  readonly interval: Interval | null;
  /** Of the version in service on the same documents, where there is one. */
  readonly champion?: number;
}

/** A slice of the held-out documents as the candidate answered it: the metric that slices are compared by, and others. */
export interface SliceFigure extends SliceEstimate {
  readonly by: SliceDimension;
  readonly name: string;
  readonly documents: number;
  readonly others: readonly SliceEstimate[];
  /** It fares worse than all documents, and not by chance: Holm's correction over all slices, at 0.05. */
  readonly surelyWorse: boolean;
}

/** A metric as a function of the documents that count. */
export interface SliceMeasure {
  readonly metric: GateMetricName;
  readonly candidate: Statistic;
  readonly champion?: Statistic | undefined;
  /** It is a share of the documents: its intervals are Wilson's, and a score test compares. */
  readonly isShare?: true;
}

/** Smaller slices are shown, and neither tested nor judged by a gate. */
export const ENOUGH_DOCUMENTS = 20;

const LEVEL = 0.05;

export interface SliceOptions {
  /** The metric that slices are compared by. */
  readonly lead: SliceMeasure;
  readonly others?: readonly SliceMeasure[];
  /** Of all documents. */
  readonly examples: number;
  readonly seed: number;
}

export function measureSlices(
  slices: readonly Slice[],
  { lead, others = [], examples, seed }: SliceOptions,
): SliceFigure[] {
  const overall = lead.candidate(allOf(examples));
  const sign = gateDescriptions[lead.metric].better === 'higher' ? 1 : -1;
  const figures = slices.map(({ by, name, members }) => {
    const estimate = estimateMeasure(lead, members, seed);
    return {
      ...{ by, name, documents: members.length, ...estimate },
      others: others.map((measure) => estimateMeasure(measure, members, seed)),
      pValue: lead.isShare
        ? scoreTest(estimate.value * members.length, members.length, overall)
        : distanceTest(estimate, overall),
    };
  });
  const tested = figures.filter(({ documents }) => documents >= ENOUGH_DOCUMENTS && documents < examples);
  const corrected = holm(tested.map(({ pValue }) => pValue));
  const worse = new Set(
    tested.filter(({ value }, at) => corrected[at] <= LEVEL && sign * value < sign * overall),
  );
  return figures.map((figure) => {
    const { pValue: _pValue, ...shown } = figure;
    return { ...shown, surelyWorse: worse.has(figure) };
  });
}

function estimateMeasure(
  { metric, candidate, champion, isShare }: SliceMeasure,
  members: Int32Array,
  seed: number,
): SliceEstimate {
  const value = candidate(members);
  const estimate = isShare
    ? { value, interval: wilsonInterval(Math.round(value * members.length), members.length) }
    : estimateOn(candidate, members, { seed });
  return { metric, ...estimate, ...(champion && { champion: champion(members) }) };
}

/**
 * How well a value goes with that of all documents, its interval taken for a normal distribution's.
 * @returns 1 where there is no interval, or it has no width: nothing can be told then
 */
function distanceTest({ value, interval }: SliceEstimate, overall: number): number {
  if (interval === null || interval.high === interval.low) return 1;
  const deviation = (interval.high - interval.low) / (2 * normalQuantile((1 + interval.confidence) / 2));
  return twoSidedTail((value - overall) / deviation);
}

/** @returns `source “forum” (accuracy 0.700 on 120 documents)` for each slice that surely fares worse, the worst first */
export function nameWorst(figures: readonly SliceFigure[]): string[] {
  return figures
    .filter(({ surelyWorse }) => surelyWorse)
    .sort((a, b) => (gateDescriptions[a.metric].better === 'higher' ? a.value - b.value : b.value - a.value))
    .map(
      ({ by, name, metric, value, documents }) =>
        `${by} “${name}” (${inSentence(metric)} ${formatNumber(value)} on ${formatCount(documents)} documents)`,
    );
}

/** @returns a metric's title as it stands within a sentence: `accuracy`, and `F1` as it is */
export function inSentence(metric: GateMetricName): string {
  const { title } = gateDescriptions[metric];
  return /^[A-Z][a-z]/.test(title) ? title[0].toLowerCase() + title.slice(1) : title;
}
