// One training: which examples, then each phase in turn. A phase that diverges goes on from its last good checkpoint at
// half the learning rate.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { SelectionActivities } from '../activities/selection.ts';
import type { TrainingActivities } from '../activities/training.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { Trigger } from '../contracts/registry.ts';
import type { SelectionResult, StageRecord, TrainingResult } from '../contracts/stage-results.ts';
import type { FineTuningJob, PretrainingJob } from '../contracts/training-job.ts';
import { compute, training } from './activity-options.ts';
import { isFailure } from './failures.ts';
import { tell } from './story.ts';

const { selectExamples } = proxyActivities<SelectionActivities>(compute);
const { trainModel } = proxyActivities<TrainingActivities>(training);

export interface TrainingInput {
  readonly model: string;
  readonly runId: string;
  readonly spec: ModelSpec;
  readonly tokens: ArtifactReference;
  readonly labels: ArtifactReference;
  /** The version that training goes on from; absent: random weights. */
  readonly base?: { readonly weights: ArtifactReference; readonly labels: readonly string[] };
  /** Why the run was started, and the search attributes that this server has. */
  readonly trigger?: Trigger;
  readonly searchAttributes?: readonly string[];
}

/** A third divergence is the data's or the recipe's fault. */
const maximumRestarts = 2;

export async function trainingWorkflow(input: TrainingInput): Promise<TrainingResult> {
  const { model, runId, spec, tokens } = input;
  tell(input.searchAttributes, {
    CoppiceModel: model,
    CoppiceStage: 'training',
    ...(input.trigger && { CoppiceTrigger: input.trigger.kind }),
  });
  const selection = await selectExamples({
    model,
    runId,
    tokens,
    labels: input.labels,
    holdout: spec.evaluation.holdout,
    ...(input.base && { knownLabels: input.base.labels }),
    ...(spec.evaluation.positiveLabel !== undefined && { positiveLabel: spec.evaluation.positiveLabel }),
  });
  const records: StageRecord[] = [selection];
  const shared = { seed: spec.training.seed, tokens, architecture: spec.model, learningRateScale: 1 };

  let weights = input.base?.weights;
  let pretraining: TrainingResult['pretraining'];
  if (spec.training.pretraining && !input.base) {
    const pretrained = await trainUntilItConverges(input, {
      kind: 'pretraining',
      key: `${workflowInfo().workflowId}/pretraining`,
      ...shared,
      options: spec.training.pretraining,
      // What ends a phase early must not be what the version is evaluated on.
      ...(spec.training.pretraining.earlyStopping && { heldOutExamples: selection.holdout }),
    });
    const { curve, steps, earlyStopping } = pretrained;
    pretraining = { curve, steps, ...(earlyStopping && { earlyStopping }) };
    weights = pretrained.weights;
    records.push(pretrained);
  }
  const tuned = await trainUntilItConverges(input, fineTuningJob(input, selection, weights));
  records.push(tuned);
  return {
    weights: tuned.weights,
    labels: selection.labels,
    training: selection.training,
    holdout: selection.holdout,
    trainingCount: selection.trainingCount,
    holdoutCount: selection.holdoutCount,
    curve: tuned.curve,
    lastPoint: tuned.lastPoint,
    steps: tuned.steps,
    ...(tuned.earlyStopping && { earlyStopping: tuned.earlyStopping }),
    ...(pretraining && { pretraining }),
    tokensPerSecond: tuned.tokensPerSecond,
    ...(tuned.memory && { memory: tuned.memory }),
    environment: tuned.environment,
    lineage: records.map(({ lineage }) => lineage),
    cached: records.every(({ cached }) => cached),
  };
}

function fineTuningJob(
  { spec, tokens, base }: TrainingInput,
  selection: SelectionResult,
  weights: ArtifactReference | undefined,
): FineTuningJob {
  const { fineTuning } = spec.training;
  return {
    kind: 'fine-tuning',
    key: `${workflowInfo().workflowId}/fine-tuning`,
    seed: spec.training.seed,
    tokens,
    architecture: spec.model,
    learningRateScale: 1,
    ...(weights && { initialWeights: weights }),
    options: { ...fineTuning, epochs: (base && fineTuning.incrementalEpochs) ?? fineTuning.epochs },
    labels: [...selection.labels],
    examples: { training: selection.training, validation: selection.holdout },
  };
}

/** The key stays, so that a restart finds the checkpoints of the rate before; see worker/trainer/training-run.ts. */
export async function trainUntilItConverges(
  { model, runId }: Pick<TrainingInput, 'model' | 'runId'>,
  job: PretrainingJob | FineTuningJob,
) {
  for (let restart = 0; ; restart += 1) {
    try {
      return await trainModel({ model, runId, job: { ...job, learningRateScale: 0.5 ** restart } });
    } catch (error) {
      if (!isFailure(error, 'TrainingDiverged') || restart === maximumRestarts) throw error;
    }
  }
}
