// One training: which examples, then each phase in turn. A phase that diverges goes on from its last good checkpoint at
// half the learning rate.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { SelectionActivities } from '../activities/selection.ts';
import type { TokenSelectionActivities } from '../activities/token-selection.ts';
import type { PhaseResult, TrainingActivities } from '../activities/training.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { Trigger } from '../contracts/registry.ts';
import type { SelectionResult, StageRecord, TrainingResult } from '../contracts/stage-results.ts';
import type { FineTuningJob, PhaseJob } from '../contracts/training-job.ts';
import { compute, training } from './activity-options.ts';
import { isFailure } from './failures.ts';
import { searchPhase } from './search.ts';
import { tell } from './story.ts';

const { selectExamples } = proxyActivities<SelectionActivities>(compute);
const { selectTokenExamples } = proxyActivities<TokenSelectionActivities>(compute);
const { trainModel } = proxyActivities<TrainingActivities>(training);

export interface TrainingInput {
  readonly model: string;
  readonly runId: string;
  readonly spec: ModelSpec;
  readonly tokens: ArtifactReference;
  readonly labels: ArtifactReference;
  /** Where held-out documents are not the last ones: what they are chosen by. */
  readonly corpus?: ArtifactReference;
  /** Where labels are spans: the texts that they are in, and what splits those into words. Then tokens are classified. */
  readonly words?: { readonly corpus: ArtifactReference; readonly tokenizer: ArtifactReference };
  /** The version that training goes on from; absent: random weights. */
  readonly base?: { readonly weights: ArtifactReference; readonly labels: readonly string[] };
  /** Why the run was started, and the search attributes that this server has. */
  readonly trigger?: Trigger;
  readonly searchAttributes?: readonly string[];
}

/** A third divergence is the data's or the recipe's fault. */
const maximumRestarts = 2;

export async function trainingWorkflow(input: TrainingInput): Promise<TrainingResult> {
  const { model, spec, tokens } = input;
  tell(input.searchAttributes, {
    CoppiceModel: model,
    CoppiceStage: 'training',
    ...(input.trigger && { CoppiceTrigger: input.trigger.kind }),
  });
  const selection = await select(input);
  const records: StageRecord[] = [selection];
  const shared = { seed: spec.training.seed, tokens, architecture: spec.model, learningRateScale: 1 };

  let weights = input.base?.weights;
  let pretraining: TrainingResult['pretraining'];
  let found: TrainedPhase['found'];
  const take = (trained: TrainedPhase) => {
    const { phase } = trained;
    records.push(...trained.records);
    found ??= trained.found; // a search is about one phase
    return phase;
  };
  if (spec.training.pretraining && !input.base) {
    // What ends a phase early, or chooses its hyperparameters, must not be what the version is evaluated on.
    const unseen = { heldOutExamples: selection.holdout };
    const pretrained = take(
      await trainPhase(
        input,
        {
          kind: 'pretraining',
          key: `${workflowInfo().workflowId}/pretraining`,
          ...shared,
          options: spec.training.pretraining,
          ...(spec.training.pretraining.earlyStopping && unseen),
        },
        unseen,
      ),
    );
    const { curve, steps, earlyStopping } = pretrained;
    pretraining = { curve, steps, ...(earlyStopping && { earlyStopping }) };
    weights = pretrained.weights;
  }
  const tuned = take(await trainPhase(input, fineTuningJob(input, selection, weights)));
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
    ...found,
    lineage: records.map(({ lineage }) => lineage),
    cached: records.every(({ cached }) => cached),
  };
}

function select({
  model,
  runId,
  spec,
  tokens,
  labels,
  words,
  corpus,
  base,
}: TrainingInput): Promise<SelectionResult> {
  const { holdout, positiveLabel, split } = spec.evaluation;
  const wanted = { model, runId, tokens, labels, holdout };
  if (words)
    return selectTokenExamples({
      ...{ ...wanted, ...words },
      ...(split && { split }),
      ...(base && { base: base.weights }),
    });
  return selectExamples({
    ...{ ...wanted, ...(base && { knownLabels: base.labels }) },
    ...(positiveLabel !== undefined && { positiveLabel }),
    ...(split && corpus && { split, corpus }),
  });
}

function fineTuningJob(
  { spec, tokens, base, words }: TrainingInput,
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
    ...(words && { level: 'token' as const }),
    examples: { training: selection.training, validation: selection.holdout },
  };
}

export interface TrainedPhase {
  readonly phase: PhaseResult;
  /** Of the search, where there was one, and of the phase. */
  readonly records: readonly StageRecord[];
  /** Where there was one: JSON of its trials, and what it found. */
  readonly found?: Pick<TrainingResult, 'search' | 'hyperparameters'>;
}

/**
 * Trains a phase as the model file has it, or as a search finds best where it asks for one.
 * @param onlyTrials what a search's trials are told beside the job
 */
export async function trainPhase(
  { model, runId, spec, trigger, searchAttributes }: Omit<TrainingInput, 'labels' | 'base'>,
  job: PhaseJob,
  onlyTrials: { readonly heldOutExamples?: ArtifactReference } = {},
): Promise<TrainedPhase> {
  const about = { model, runId, ...(trigger && { trigger }), ...(searchAttributes && { searchAttributes }) };
  const searched = await searchPhase({ ...about, ...onlyTrials, search: spec.training.search, job });
  const phase = await trainUntilItConverges({ model, runId }, searched.job);
  const { record, table, hyperparameters } = searched;
  return {
    phase,
    records: [...(record ? [record] : []), phase],
    ...(table && { found: { search: table, ...(hyperparameters && { hyperparameters }) } }),
  };
}

/** The key stays, so that a restart finds the checkpoints of the rate before; see worker/trainer/training-run.ts. */
async function trainUntilItConverges(
  { model, runId }: Pick<TrainingInput, 'model' | 'runId'>,
  job: PhaseJob,
) {
  for (let restart = 0; ; restart += 1) {
    try {
      return await trainModel({ model, runId, job: { ...job, learningRateScale: 0.5 ** restart } });
    } catch (error) {
      if (!isFailure(error, 'TrainingDiverged') || restart === maximumRestarts) throw error;
    }
  }
}
