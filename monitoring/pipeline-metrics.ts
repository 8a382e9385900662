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
  observeTraining(model: string, progress: TrainingProgress): void;
  observeTransfer(transfer: { direction: 'upload' | 'download'; sizeBytes: number; seconds: number }): void;
  countCorruptArtifact(): void;
}

export function createPipelineMetrics(instruments: Instruments): PipelineMetrics {
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

    observeTraining: (model, { phase, step, totalSteps, loss, learningRate, tokensPerSecond }) => {
      const labels = { model, phase };
      instruments.trainingStep.set(labels, step);
      instruments.trainingPlannedSteps.set(labels, totalSteps);
      if (loss !== undefined) instruments.trainingLoss.set(labels, loss);
      if (learningRate !== undefined) instruments.trainingLearningRate.set(labels, learningRate);
      if (tokensPerSecond !== undefined) instruments.trainingTokensPerSecond.set(labels, tokensPerSecond);
    },

    observeTransfer: ({ direction, sizeBytes, seconds }) => {
      instruments.artifactBytes.inc({ direction }, sizeBytes);
      instruments.artifactTransfer.observe({ direction }, seconds);
    },
    countCorruptArtifact: () => instruments.corruptArtifacts.inc(),
  };
}
