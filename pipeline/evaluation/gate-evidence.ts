// What gates ask beyond the tables of metrics: paired differences, and figures slice by slice. Measured when they ask.
import type { SliceDimension } from '../../contracts/model-spec/judgement.ts';
import type { Statistic } from './bootstrap.ts';
import { allOf, difference, estimateOn } from './bootstrap.ts';
import type { MetricEstimate } from './metric-table.ts';
import { ENOUGH_DOCUMENTS } from './slice-figures.ts';
import type { MeasuredSlice, MeasuredSlices } from './slice-gates.ts';
import { GATE_CONFIDENCE } from './slice-gates.ts';
import type { Slice } from './slices.ts';

export interface GateEvidence {
  /** @returns the candidate's metric on all examples; undefined where it is not told from examples */
  readonly estimate: (metric: string, confidence: number) => MetricEstimate | undefined;
  /** @returns candidate less champion, or less a baseline, on all examples, paired; undefined without it */
  readonly difference: (metric: string, than?: ComparedWith) => MetricEstimate | undefined;
  readonly slices: (metric: string, by: SliceDimension, confidence?: number) => MeasuredSlices;
}

export interface ComparedWith {
  /** Title of a baseline; absent: the champion. */
  readonly baseline?: string;
  /** Of the interval, 0.95 by default. */
  readonly confidence?: number | undefined;
}

/** Metrics by their names, each a function of the examples that count; undefined: it has none. */
export type StatisticOf = (metric: string, slice?: Slice) => Statistic | undefined;

export interface EvidenceInput {
  readonly candidate: StatisticOf;
  readonly champion?: StatisticOf | undefined;
  /** By their titles. */
  readonly baselines?: Readonly<Record<string, StatisticOf>> | undefined;
  /** How many there are. */
  readonly examples: number;
  readonly slices: readonly Slice[];
  readonly seed: number;
  /** Bootstrap resamples, 1,000 by default. */
  readonly resamples?: number | undefined;
}

/** More would take longer than they tell. */
const MOST_RESAMPLES = 10_000;

export function createGateEvidence({
  candidate,
  champion,
  baselines = {},
  examples,
  slices,
  seed,
  resamples = 1_000,
}: EvidenceInput): GateEvidence {
  const optionsOf = (confidence: number) => {
    const fewer = (1 - GATE_CONFIDENCE) / (1 - confidence); // in each tail as many as at the default
    const wanted = Math.round(resamples * Math.max(1, fewer));
    return { seed, confidence, resamples: Math.min(MOST_RESAMPLES, wanted) };
  };
  const measureSlice = (metric: string, slice: Slice, confidence: number): MeasuredSlice[] => {
    const [ours, theirs] = [candidate(metric, slice), champion?.(metric, slice)];
    if (ours === undefined) return [];
    const options = optionsOf(confidence);
    const measured = {
      ...{ name: slice.name, documents: slice.members.length },
      candidate: estimateOn(ours, slice.members, options),
      ...(theirs && {
        champion: {
          value: theirs(slice.members),
          difference: estimateOn(difference(ours, theirs), slice.members, options),
        },
      }),
    };
    return [measured];
  };

  return {
    estimate: (metric, confidence) => {
      const ours = candidate(metric);
      return ours && estimateOn(ours, allOf(examples), optionsOf(confidence));
    },
    difference: (metric, { baseline, confidence = GATE_CONFIDENCE } = {}) => {
      const other = baseline === undefined ? champion : baselines[baseline];
      const [ours, theirs] = [candidate(metric), other?.(metric)];
      if (ours === undefined || theirs === undefined) return undefined;
      return estimateOn(difference(ours, theirs), allOf(examples), optionsOf(confidence));
    },
    slices: (metric, by, confidence = GATE_CONFIDENCE) => {
      const wanted = slices.filter((slice) => slice.by === by);
      const enough = wanted.filter(({ members }) => members.length >= ENOUGH_DOCUMENTS);
      const each = 1 - (1 - confidence) / enough.length;
      return {
        ...{ by, confidence },
        judged: enough.flatMap((slice) => measureSlice(metric, slice, each)),
        small: wanted.length - enough.length,
      };
    },
  };
}
