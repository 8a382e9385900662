// What workers and the trainer record: stages, documents, the step cache, training, transfers.
import type { FunnelRow } from '../contracts/stage-results.ts';
import type { Stage } from '../contracts/stages.ts';
import type { TrainingProgress } from '../contracts/training-job.ts';
import type { Instruments } from './instruments.ts';

export interface PipelineMetrics {
  /** @param observation - `cached` results are an outcome of their own, since they take no time */
  observeStage(observation: { model: string; stage: Stage; seconds: number; cached: boolean }): void;
  /** Adds the counts of a finished funnel, once a run. */
  countDocuments(model: string, stage: Stage, funnel: readonly FunnelRow[]): void;
  countCacheLookup(stage: Stage, hit: boolean): void;
  /** Of one shard of a batch. */
  countBatchRecords(model: string, records: { answered: number; setAside: number }): void;
  observeTraining(model: string, progress: TrainingProgress): void;
  /** Takes the series of a phase away once it has ended, however it did. */
  endTraining(model: string, phase: string): void;
  observeTransfer(transfer: { direction: 'upload' | 'download'; sizeBytes: number; seconds: number }): void;
  countCorruptArtifact(): void;
}

export function createPipelineMetrics(instruments: Instruments): PipelineMetrics {
  const readings = (progress: Partial<TrainingProgress>) =>
    [
      [instruments.trainingStep, progress.step],
      [instruments.trainingPlannedSteps, progress.totalSteps],
      [instruments.trainingLoss, progress.loss],
      [instruments.trainingGradientNorm, progress.gradientNorm],
      [instruments.trainingLearningRate, progress.learningRate],
      [instruments.trainingTokensPerSecond, progress.tokensPerSecond],
    ] as const;
  const gauges = readings({}).map(([gauge]) => gauge);
  return {
    observeStage: ({ model, stage, seconds, cached }) =>
      instruments.stageDuration.observe({ model, stage, outcome: cached ? 'cached' : 'computed' }, seconds),

    countDocuments: (model, stage, funnel) => {
      const count = (step: string, decision: string, reason: string, documents: number) =>
        instruments.documents.inc({ model, stage, step, decision, reason }, documents);
      for (const { step, kept, changed, reasons } of funnel) {
        count(step, 'keep', '', kept);
        count(step, 'change', '', changed);
        for (const [reason, dropped] of Object.entries(reasons)) count(step, 'drop', reason, dropped);
      }
    },

    countCacheLookup: (stage, hit) => instruments.cacheLookups.inc({ stage, result: hit ? 'hit' : 'miss' }),

    countBatchRecords: (model, { answered, setAside }) => {
      instruments.batchRecords.inc({ model, outcome: 'answered' }, answered);
      instruments.batchRecords.inc({ model, outcome: 'set-aside' }, setAside);
    },

    observeTraining: (model, progress) => {
      const labels = { model, phase: progress.phase };
      for (const [gauge, value] of readings(progress)) if (value !== undefined) gauge.set(labels, value);
    },

    endTraining: (model, phase) => {
      for (const gauge of gauges) gauge.remove({ model, phase });
    },

    observeTransfer: ({ direction, sizeBytes, seconds }) => {
      instruments.artifactBytes.inc({ direction }, sizeBytes);
      instruments.artifactTransfer.observe({ direction }, seconds);
    },
    countCorruptArtifact: () => instruments.corruptArtifacts.inc(),
  };
}
