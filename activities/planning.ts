// What a training would take, before it begins: how much there is to train on as far as it is known, and the rest from
// a process like the one that would train.
import { progressKey, readProgress } from '../artifacts/collection-progress.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { PlanningJob, PlanningOutcome, TrainingPlanResult } from '../contracts/training-plan.ts';

export interface PlanningActivityDependencies {
  /** Where collections keep how far they came. */
  readonly pointers: ObjectStore;
  /** Runs a job in a process beside this one; see worker/trainer/supervise.ts. */
  readonly runPlanningJob: (job: PlanningJob) => Promise<PlanningOutcome>;
}

export interface PlanningInput {
  readonly model: string;
  readonly spec: ModelSpec;
}

export type PlanningActivities = ReturnType<typeof createPlanningActivities>;

/** What figures are for where nothing was collected yet. */
const assumedDocuments = 1_000;

export function createPlanningActivities({ pointers, runPlanningJob }: PlanningActivityDependencies) {
  return {
    /** Trains nothing and stores nothing. */
    async planTraining({ model, spec }: PlanningInput): Promise<TrainingPlanResult> {
      const { documentCount } = await readProgress(pointers, progressKey(model, spec.collection.sources));
      const known = documentCount > 0;
      const count = known ? documentCount : assumedDocuments;
      const outcome = await runPlanningJob({
        kind: 'planning',
        architecture: spec.model,
        vocabularySize: spec.tokenizer.extension?.vocabularySize ?? spec.tokenizer.vocabularySize,
        documents: count,
        heldOut: spec.evaluation.holdout,
        training: spec.training,
        ...(spec.task === 'token-classification' && { level: 'token' as const }),
      });
      return { ...outcome, documents: { count, source: known ? 'collected' : 'assumed' } };
    },
  };
}
