// From a job to its outcome, on whatever backend TensorFlow.js has in this process.
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type {
  FineTuningJob,
  JobOutcome,
  PhaseJob,
  PretrainingJob,
  TrainingJob,
  TrainingOutcome,
  TrialOutcome,
} from '../../contracts/training-job.ts';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { bertConfigOf, ModelFormatError } from '../../pipeline/model/config.ts';
import { writeModel } from '../../pipeline/model/model-files.ts';
import { startingParameters } from '../../pipeline/model/transfer.ts';
import { createFineTuning } from '../../pipeline/training/fine-tuning.ts';
import { createPretraining } from '../../pipeline/training/pretraining.ts';
import { createTokenClassification } from '../../pipeline/training/token-classification.ts';
import type { TokenRows } from '../../pipeline/training/token-rows.ts';
import { Divergence } from '../../pipeline/training/train-step.ts';
import { prepareAutoregressive } from './autoregressive-phase.ts';
import type { TrainerContext } from './context.ts';
import { readExtension } from './extension-input.ts';
import type { Opened } from './inputs.ts';
import {
  openTokenRows,
  readExamples,
  readHeldOutRows,
  readInitialModel,
  readTaggedRows,
  travelling,
} from './inputs.ts';
import { score } from './scoring.ts';
import { prepareSupervised } from './supervised-phase.ts';
import type { ReadyPhase } from './training-run.ts';
import { runPhase } from './training-run.ts';

/**
 * Runs a job to its end; one with a checkpoint goes on from there.
 * @throws CoppiceFailure InvalidInput, TrainingDiverged, TrainingInterrupted, CheckpointIncompatible, OutOfMemory,
 * and those of the store
 */
export async function runJob(job: TrainingJob, context: TrainerContext): Promise<JobOutcome> {
  try {
    return await (job.kind === 'scoring' ? score(job, context) : train(job, context));
  } catch (error) {
    throw toFailure(error);
  }
}

async function train(job: PhaseJob, context: TrainerContext): Promise<TrainingOutcome | TrialOutcome> {
  const { close, ...phase } = await prepare(job, context.artifacts);
  try {
    return await runPhase({ job, ...phase }, context);
  } finally {
    close();
  }
}

async function prepare(job: PhaseJob, artifacts: ArtifactStore): Promise<ReadyPhase> {
  const { architecture } = job.architecture;
  if (job.kind === 'supervised-fine-tuning') {
    if (architecture === 'gpt2') return prepareSupervised(job, artifacts);
    throw new CoppiceFailure('InvalidInput', `${job.kind} takes a gpt2: a ${architecture} does not answer`);
  }
  if (architecture === 'bert') return prepareEncoder(job, artifacts);
  if (job.kind === 'pretraining') return prepareAutoregressive(job, artifacts);
  throw new CoppiceFailure('InvalidInput', 'fine-tuning takes a bert: a gpt2 has no classification head');
}

async function prepareEncoder(
  job: PretrainingJob | FineTuningJob,
  artifacts: ArtifactStore,
): Promise<ReadyPhase> {
  const tokens = await openTokenRows(artifacts, job.tokens);
  try {
    if (tokens.contextLength > job.architecture.contextLength) {
      const message = `rows of ${tokens.contextLength} tokens do not fit the model's ${job.architecture.contextLength}`;
      throw new CoppiceFailure('InvalidInput', message);
    }
    const initial = await readInitialModel(artifacts, job.initialWeights);
    const extension = await readExtension(artifacts, job.tokens, tokens.vocabularySize);
    const { config, objective, recipe } = await minimized(job, tokens, artifacts);
    const { layout } = objective;
    return {
      objective,
      recipe,
      startingParameters: () => startingParameters({ config, layout, seed: job.seed, extension }, initial),
      toFiles: (parameters) => writeModel({ config, layout, parameters }),
      close: tokens.close,
    };
  } catch (error) {
    tokens.close();
    throw error;
  }
}

/** An encoder with its head, and what it is to minimize. */
async function minimized(
  job: PretrainingJob | FineTuningJob,
  tokens: Opened<TokenRows>,
  artifacts: ArtifactStore,
): Promise<{ config: BertConfig } & Pick<ReadyPhase, 'objective' | 'recipe'>> {
  const { seed, options, validationShare } = job;
  const shared = {
    vocabularySize: tokens.vocabularySize,
    padTokenId: tokens.padId,
    dropout: options.dropout,
  };
  if (job.kind === 'pretraining') {
    if (job.options.wholeWords && tokens.continuations === undefined)
      throw new CoppiceFailure('InvalidInput', 'wholeWords: the tokens do not say which continue a word');
    const config = bertConfigOf(job.architecture, { ...shared, head: 'masked-language-model', labels: [] });
    const heldOutRows = await readHeldOutRows(artifacts, job.heldOutExamples, tokens.rows);
    const task = { config, seed, options: job.options, heldOutRows, validationShare };
    return {
      config,
      objective: createPretraining({ ...task, tokens }),
      recipe: { kind: 'masked', task: { ...task, tokens: travelling(tokens) } },
    };
  }
  if (job.level === 'token') return tagging(job, tokens, artifacts);
  const config = bertConfigOf(job.architecture, { ...shared, head: 'classification', labels: job.labels });
  const limits = { rows: tokens.rows, labels: job.labels.length };
  const training = await readExamples(artifacts, job.examples.training, limits);
  const validation = await readExamples(artifacts, job.examples.validation, limits);
  if (training.length === 0)
    throw new CoppiceFailure('InvalidInput', 'examples.training: expected one at least');
  const task = { config, seed, options: job.options, training, validation, validationShare };
  return {
    config,
    objective: createFineTuning({ ...task, tokens }),
    recipe: { kind: 'fine-tuning', task: { ...task, tokens: travelling(tokens) } },
  };
}

/** An encoder that classifies tokens. */
async function tagging(
  job: FineTuningJob,
  tokens: Opened<TokenRows>,
  artifacts: ArtifactStore,
): Promise<{ config: BertConfig } & Pick<ReadyPhase, 'objective' | 'recipe'>> {
  const { seed, options, labels, validationShare } = job;
  const { vocabularySize, padId: padTokenId, lengths } = tokens;
  const about = { vocabularySize, padTokenId, dropout: options.dropout };
  const config = bertConfigOf(job.architecture, { ...about, head: 'token-classification', labels });
  const limits = { lengths, labels: labels.length };
  const training = await readTaggedRows(artifacts, job.examples.training, limits);
  const validation = await readTaggedRows(artifacts, job.examples.validation, limits);
  if (!training.some((row) => row.labels.some((label) => label >= 0)))
    throw new CoppiceFailure('InvalidInput', 'examples.training: expected one token with a label at least');
  const task = { config, seed, options, training, validation, validationShare };
  return {
    config,
    objective: createTokenClassification({ ...task, tokens }),
    recipe: { kind: 'token-classification', task: { ...task, tokens: travelling(tokens) } },
  };
}

/** Native TensorFlow says so in words only. */
const outOfMemory = /OOM when allocating|RESOURCE_EXHAUSTED|ResourceExhausted|Array buffer allocation failed/;

function toFailure(error: unknown): unknown {
  if (error instanceof Divergence) {
    const { step, loss } = error;
    return new CoppiceFailure('TrainingDiverged', error.message, { step, loss: String(loss) });
  }
  if (error instanceof ModelFormatError) {
    return new CoppiceFailure('InvalidInput', error.message, { problems: error.problems });
  }
  if (error instanceof Error && outOfMemory.test(error.message))
    return new CoppiceFailure('OutOfMemory', error.message);
  return error;
}
