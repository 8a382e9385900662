// What a training would take, before it begins: how much there is to train on as far as it is known, and the rest from
// a process like the one that would train.
import { Context } from '@temporalio/activity';
import { progressKey, readProgress } from '../artifacts/collection-progress.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type {
  PlannedPhase,
  PlanningJob,
  PlanningOutcome,
  TrainingPlanResult,
} from '../contracts/training-plan.ts';
import { countSources } from '../sources/count-files.ts';
import { type PaceDependencies, readTrainingPace, type TrainingPace } from './training-pace.ts';

export interface PlanningActivityDependencies extends PaceDependencies {
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

/** Of a file, whatever its language: what byte-level vocabularies of some thousand tokens come to, in English as in Korean. */
const assumedBytesAToken = 4;

export function createPlanningActivities(dependencies: PlanningActivityDependencies) {
  const { pointers, runPlanningJob } = dependencies;

  const countDocuments = async (model: string, spec: ModelSpec): Promise<TrainingPlanResult['documents']> => {
    const { sources } = spec.collection;
    const { documentCount: collected } = await readProgress(pointers, progressKey(model, sources));
    const found = await countHere(sources);
    const files = found?.count ? found : undefined;
    const { architecture, contextLength } = spec.model;
    const tokensEach = files
      ? Math.ceil(files.sizeBytes / files.count / assumedBytesAToken) + 1
      : contextLength;
    return {
      ...(collected > 0
        ? { count: collected, source: 'collected' }
        : { count: files?.count ?? assumedDocuments, source: files ? 'files' : 'assumed' }),
      ...(files && { sizeBytes: files.sizeBytes }),
      ...(architecture === 'gpt2' && { tokensEach }),
    };
  };

  return {
    /** Trains nothing and stores nothing. */
    async planTraining({ model, spec }: PlanningInput): Promise<TrainingPlanResult> {
      const documents = await countDocuments(model, spec);
      const job: PlanningJob = {
        kind: 'planning',
        architecture: spec.model,
        vocabularySize: spec.tokenizer.extension?.vocabularySize ?? spec.tokenizer.vocabularySize,
        documents: documents.count,
        ...(documents.tokensEach !== undefined && { tokensEach: documents.tokensEach }),
        heldOut: spec.evaluation.holdout,
        training: spec.training,
        ...(spec.task === 'token-classification' && { level: 'token' as const }),
      };
      const outcome = await runPlanningJob(job);
      const { vocabularySize } = job;
      const pace = await readTrainingPace(dependencies, { spec, vocabularySize, machine: outcome });
      const { phases, search } = outcome;
      return {
        ...outcome,
        phases: phases.map((phase) => atPace(phase, pace)),
        ...(search && { search: atPace(search, pace) }),
        documents,
      };
    },
  };
}

/** @returns undefined also where the folders are on another machine, that of the worker */
async function countHere(sources: ModelSpec['collection']['sources']) {
  try {
    return await countSources(sources, Context.current().cancellationSignal);
  } catch (error) {
    if (error instanceof CoppiceFailure) return undefined;
    throw error;
  }
}

/** The time that it takes at the pace of the version before, where that is known. */
function atPace<T extends PlannedPhase>(phase: T, pace: TrainingPace | undefined): T {
  const tokensPerSecond = pace?.tokensPerSecond[phase.phase];
  if (pace === undefined || tokensPerSecond === undefined) return phase;
  const seconds = (phase.steps * phase.tokensPerStep) / tokensPerSecond;
  return { ...phase, tokensPerSecond, seconds, asFastAs: pace.version };
}
