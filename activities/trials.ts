// A trial of a search: the beginning of a phase, with hyperparameters of its own, up to a step at which all are compared.
import { CoppiceFailure } from '../contracts/failures.ts';
import type { Hyperparameters } from '../contracts/model-spec/search.ts';
import type { RunIdentity, StageRecord } from '../contracts/stage-results.ts';
import type { PhaseJob, TrialOutcome } from '../contracts/training-job.ts';
import { withHyperparameters } from '../pipeline/search/hyperparameters.ts';
import { withHeartbeat } from './heartbeat.ts';
import { partsOfJob, type TrainingActivityDependencies } from './training.ts';

export interface TrialInput extends RunIdentity {
  /** From 1. */
  readonly trial: number;
  /** How many there are. */
  readonly trials: number;
  /** From 0. */
  readonly rung: number;
  /** Of the phase as the model file has it; its key is the trial's, and it says where the trial stops. */
  readonly job: PhaseJob;
  readonly hyperparameters: Hyperparameters;
}

/** What a trial came to. */
export interface TrialResult extends StageRecord {
  readonly trial: number;
  readonly steps: number;
  /** Validation loss in nats; absent: it diverged. */
  readonly loss?: number;
  /** Of the whole phase; absent: it diverged. */
  readonly plannedSteps?: number;
}

export type TrialActivities = ReturnType<typeof createTrialActivities>;

export function createTrialActivities({
  runStage,
  runTrainingJob,
  metrics,
}: Omit<TrainingActivityDependencies, 'artifacts'>) {
  return {
    /**
     * Trains a trial to the end of its rung; it goes on from where its last one ended, if its checkpoint is still there.
     * A trial that diverges has lost: that is a result.
     * @throws TrainingInterrupted, CheckpointIncompatible, OutOfMemory, InvalidInput
     */
    async trainTrial(input: TrialInput): Promise<TrialResult> {
      const { model, runId, trial, trials, rung } = input;
      const job = withHyperparameters(input.job, input.hyperparameters);
      const made = await runStage({
        ...{ stage: 'training', step: 'trial', run: { model, runId } },
        ...partsOfJob(job),
        compute: async () => {
          const outcome = await withHeartbeat((signal, report) =>
            runTrainingJob(job, {
              signal,
              onProgress: (progress) => {
                report({
                  ...progress,
                  phase: `${progress.phase}, trial ${trial} of ${trials}, rung ${rung}`,
                });
                metrics.observeTraining(model, progress);
              },
            }),
          )
            .catch(diverged)
            .finally(() => metrics.endTraining(model, job.kind));
          if (!('steps' in outcome) || 'weights' in outcome)
            throw new TypeError('the trainer answered a trial with something else');
          const { steps } = outcome;
          const result: Omit<TrialResult, keyof StageRecord | 'trial'> =
            'validationLoss' in outcome
              ? { steps, loss: outcome.validationLoss, plannedSteps: outcome.plannedSteps }
              : { steps };
          const { loss } = result;
          return { result, outputs: {}, metrics: { steps, ...(loss !== undefined && { loss }) } };
        },
      });
      return { ...made, trial };
    },
  };
}

/** @throws whatever else it was */
function diverged(error: unknown): Pick<TrialOutcome, 'steps'> {
  if (!(error instanceof CoppiceFailure) || error.type !== 'TrainingDiverged') throw error;
  const { step } = error.details;
  return { steps: typeof step === 'number' ? step : 0 };
}
