// What gates ask beyond the tables of metrics: paired differences, and figures slice by slice. Measured when they ask.
import type { SliceDimension } from '../../contracts/model-spec/judgement.ts';
import { bcaEstimate } from './bca.ts';
import { difference } from './bootstrap.ts';
import type { Answers } from './measure.ts';
import { createStatistics } from './measure.ts';
import type { ClassificationMetric, MetricEstimate } from './metric-table.ts';
import { metricNames } from './metric-table.ts';
import { ENOUGH_DOCUMENTS } from './slice-figures.ts';
import type { MeasuredSlice, MeasuredSlices } from './slice-gates.ts';
import { SLICES_CONFIDENCE } from './slice-gates.ts';
import type { Slice } from './slices.ts';

export interface GateEvidence {
  /** @returns candidate less champion on all examples, paired; undefined without a champion */
  readonly difference: (metric: string) => MetricEstimate | undefined;
  readonly slices: (metric: string, by: SliceDimension) => MeasuredSlices;
}

export interface EvidenceInput {
  readonly candidate: Answers;
  readonly champion?: Answers | undefined;
  readonly slices: readonly Slice[];
  readonly seed: number;
  /** Bootstrap resamples, 1,000 by default. */
  readonly resamples?: number | undefined;
}

/** More would take longer than they tell. */
const MOST_RESAMPLES = 10_000;

/** Intervals are BCa: slices are small, and differences of rare errors skewed. */
export function createGateEvidence({
  candidate,
  champion,
  slices,
  seed,
  resamples = 1_000,
}: EvidenceInput): GateEvidence {
  const ours = createStatistics(candidate);
  const theirs = champion && createStatistics(champion);
  const all = Int32Array.from({ length: candidate.predictions.labels.length }, (_, example) => example);

  const measureSlice = (metric: ClassificationMetric, slice: Slice, among: number): MeasuredSlice => {
    const options = {
      seed,
      confidence: 1 - (1 - SLICES_CONFIDENCE) / among,
      resamples: Math.min(MOST_RESAMPLES, resamples * among), // as many in each tail as one slice alone would have
    };
    return {
      ...{ name: slice.name, documents: slice.members.length },
      candidate: bcaEstimate(ours[metric], slice.members, options),
      ...(theirs && {
        champion: {
          value: theirs[metric](slice.members),
          difference: bcaEstimate(difference(ours[metric], theirs[metric]), slice.members, options),
        },
      }),
    };
  };

  return {
    difference: (metric) => {
      if (theirs === undefined || !isKnown(metric)) return undefined;
      return bcaEstimate(difference(ours[metric], theirs[metric]), all, { seed, resamples });
    },
    slices: (metric, by) => {
      const wanted = slices.filter((slice) => slice.by === by);
      const enough = wanted.filter(({ members }) => members.length >= ENOUGH_DOCUMENTS);
      return {
        by,
        judged: isKnown(metric) ? enough.map((slice) => measureSlice(metric, slice, enough.length)) : [],
        small: wanted.length - enough.length,
      };
    },
  };
}

const isKnown = (metric: string): metric is ClassificationMetric => metricNames.some((it) => it === metric);
