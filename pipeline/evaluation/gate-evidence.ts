// What gates ask beyond the tables of metrics: paired differences, and figures slice by slice. Measured when they ask.
import type { SliceDimension } from '../../contracts/model-spec/judgement.ts';
import type { Statistic } from './bootstrap.ts';
import { allOf, difference, estimateOn } from './bootstrap.ts';
import type { MetricEstimate } from './metric-table.ts';
import { ENOUGH_DOCUMENTS } from './slice-figures.ts';
import type { MeasuredSlice, MeasuredSlices } from './slice-gates.ts';
import { SLICES_CONFIDENCE } from './slice-gates.ts';
import type { Slice } from './slices.ts';

export interface GateEvidence {
  /** @returns candidate less champion on all examples, paired; undefined without a champion */
  readonly difference: (metric: string) => MetricEstimate | undefined;
  readonly slices: (metric: string, by: SliceDimension) => MeasuredSlices;
}

/** Metrics by their names, each a function of the examples that count; undefined: it has none. */
export type StatisticOf = (metric: string, slice?: Slice) => Statistic | undefined;

export interface EvidenceInput {
  readonly candidate: StatisticOf;
  readonly champion?: StatisticOf | undefined;
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
  examples,
  slices,
  seed,
  resamples = 1_000,
}: EvidenceInput): GateEvidence {
  const measureSlice = (metric: string, slice: Slice, among: number): MeasuredSlice[] => {
    const [ours, theirs] = [candidate(metric, slice), champion?.(metric, slice)];
    if (ours === undefined) return [];
    const options = {
      seed,
      confidence: 1 - (1 - SLICES_CONFIDENCE) / among,
      resamples: Math.min(MOST_RESAMPLES, resamples * among), // as many in each tail as one slice alone would have
    };
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
    difference: (metric) => {
      const [ours, theirs] = [candidate(metric), champion?.(metric)];
      if (ours === undefined || theirs === undefined) return undefined;
      return estimateOn(difference(ours, theirs), allOf(examples), { seed, resamples });
    },
    slices: (metric, by) => {
      const wanted = slices.filter((slice) => slice.by === by);
      const enough = wanted.filter(({ members }) => members.length >= ENOUGH_DOCUMENTS);
      return {
        by,
        judged: enough.flatMap((slice) => measureSlice(metric, slice, enough.length)),
        small: wanted.length - enough.length,
      };
    },
  };
}
