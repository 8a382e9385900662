// One training: which examples, then each phase in turn. A phase that diverges starts again from its last good
// weights at half the learning rate.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { SelectionActivities } from '../activities/selection.ts';
import type { TrainingActivities } from '../activities/training.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { SelectionResult, TrainingResult } from '../contracts/stage-results.ts';
import type { FineTuningJob, PretrainingJob } from '../contracts/training-job.ts';
import { compute, training } from './activity-options.ts';
import { isFailure } from './failures.ts';

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
}

/** Two restarts at most, as DESIGN says: a third divergence is the data's or the recipe's fault. */
const maximumRestarts = 2;

export async function trainingWorkflow(input: TrainingInput): Promise<TrainingResult> {
  const { model, runId, spec, tokens } = input;
  const selection = await selectExamples({
    model,
    runId,
    tokens,
    labels: input.labels,
    holdout: spec.evaluation.holdout,
    ...(input.base && { knownLabels: input.base.labels }),
  });
  const lineage = [selection.lineage];
  const shared = { seed: spec.training.seed, tokens, architecture: spec.model, learningRateScale: 1 };

  let weights = input.base?.weights;
  if (spec.training.pretraining && !input.base) {
    const pretrained = await trainUntilItConverges(input, {
      kind: 'pretraining',
      key: `${workflowInfo().workflowId}/pretraining`,
      ...shared,
      options: spec.training.pretraining,
    });
    weights = pretrained.weights;
    lineage.push(pretrained.lineage);
  }
  const tuned = await trainUntilItConverges(input, fineTuningJob(input, selection, weights));
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
    tokensPerSecond: tuned.tokensPerSecond,
    environment: tuned.environment,
    lineage: [...lineage, tuned.lineage],
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

async function trainUntilItConverges({ model, runId }: TrainingInput, job: PretrainingJob | FineTuningJob) {
  for (let restart = 0; ; restart += 1) {
    const scale = 0.5 ** restart;
    const key = restart === 0 ? job.key : `${job.key}/restart-${restart}`;
    try {
      return await trainModel({ model, runId, job: { ...job, key, learningRateScale: scale } });
    } catch (error) {
      if (!isFailure(error, 'TrainingDiverged') || restart === maximumRestarts) throw error;
    }
  }
}
