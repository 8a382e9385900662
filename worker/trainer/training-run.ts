// One phase of training from start, or from its last checkpoint, to the model's files.
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { FineTuningJob, PretrainingJob, TrainingOutcome } from '../../contracts/training-job.ts';
import type { BertConfig } from '../../pipeline/model/config.ts';
import type { ParameterLayout } from '../../pipeline/model/layout.ts';
import { writeModel } from '../../pipeline/model/model-files.ts';
import type { TrainingState } from '../../pipeline/training/adamw.ts';
import { startTraining } from '../../pipeline/training/adamw.ts';
import type { Objective } from '../../pipeline/training/objective.ts';
import type { StepReport } from '../../pipeline/training/train-step.ts';
import { trainStep, validate } from '../../pipeline/training/train-step.ts';
import type { TrainingRecord } from './checkpoint.ts';
import { openCheckpoints } from './checkpoint.ts';
import type { TrainerContext } from './context.ts';

/** A phase, ready to run. */
export interface Phase {
  readonly job: PretrainingJob | FineTuningJob;
  readonly config: BertConfig;
  readonly objective: Objective;
  /** Drawn or read only where there is no checkpoint. */
  readonly startingParameters: () => Float32Array;
}

const CURVE_POINTS = 100; // with numbers written out some 10 KB, well below what a result may have
const VALIDATIONS = 4;
const REPORT_EVERY_MS = 500;

/**
 * @throws CoppiceFailure TrainingInterrupted after a stop was requested and the checkpoint written,
 * CheckpointIncompatible
 * @throws Divergence
 */
export async function runPhase(phase: Phase, context: TrainerContext): Promise<TrainingOutcome> {
  const { job, config, objective } = phase;
  const checkpoints = openCheckpoints(job, context);
  const resumption = await checkpoints.resume(objective.layout.size);
  if (resumption.kind === 'finished') return resumption.outcome;
  const { state, record } =
    resumption.kind === 'checkpoint'
      ? resumption
      : { state: startTraining(phase.startingParameters()), record: emptyRecord() };
  const resumedFromStep = state.step;
  const clock = createClock();
  let savedStep = resumedFromStep;
  let savedAt = performance.now();

  while (state.step < objective.totalSteps) {
    const report = clock.step(() => takeStep(phase, state));
    recordStep(record, state, objective, report);
    const stopping = context.stopRequested();
    if (stopping || performance.now() - savedAt > job.options.checkpointEverySeconds * 1_000) {
      await checkpoints.save(state, record);
      savedStep = state.step;
      savedAt = performance.now();
    }
    if (stopping) throw interrupted(state.step, objective.totalSteps);
    if (clock.due(REPORT_EVERY_MS) || state.step === objective.totalSteps) {
      context.report({
        phase: job.kind,
        step: state.step,
        totalSteps: objective.totalSteps,
        loss: report.loss,
        learningRate: report.learningRate,
        tokensPerSecond: clock.tokensPerSecond(),
        checkpointStep: savedStep,
      });
    }
    await new Promise(setImmediate); // messages of the supervisor get their turn
  }

  const outcome: TrainingOutcome = {
    weights: await putModel(context.artifacts, {
      config,
      layout: objective.layout,
      parameters: state.parameters,
    }),
    steps: state.step,
    tokensSeen: record.tokensSeen,
    tokensPerSecond: clock.tokensPerSecond(),
    finalLoss: record.curve.findLast(({ trainingLoss }) => trainingLoss !== undefined)?.trainingLoss ?? 0,
    curve: record.curve,
    resumedFromStep,
    environment: context.environment,
  };
  await checkpoints.finish(outcome);
  return outcome;
}

function takeStep({ job, objective }: Phase, state: TrainingState): StepReport {
  const { learningRate, warmupFraction, weightDecay } = job.options;
  const peak = learningRate * job.learningRateScale;
  return trainStep(state, objective, {
    schedule: { peak, totalSteps: objective.totalSteps, warmupFraction },
    weightDecay,
  });
}

const emptyRecord = (): TrainingRecord => ({ tokensSeen: 0, lossSum: 0, lossCount: 0, curve: [] });

/** Adds a step to the record: points of the curve are means over equal spans of steps. */
function recordStep(
  record: TrainingRecord,
  state: TrainingState,
  objective: Objective,
  report: StepReport,
): void {
  const { step } = state;
  const { totalSteps } = objective;
  record.tokensSeen += report.tokens;
  record.lossSum += report.loss;
  record.lossCount += 1;
  if (!crosses(step, totalSteps, CURVE_POINTS)) return;
  const validationLoss = crosses(step, totalSteps, VALIDATIONS) ? validate(state, objective) : undefined;
  record.curve.push({
    step,
    trainingLoss: record.lossSum / record.lossCount,
    learningRate: report.learningRate,
    ...(validationLoss !== undefined && { validationLoss }),
  });
  record.lossSum = 0;
  record.lossCount = 0;
}

/** Whether a step is the first to reach one of `parts` equal parts of all steps; the last step always is. */
function crosses(step: number, totalSteps: number, parts: number): boolean {
  return Math.floor((step * parts) / totalSteps) > Math.floor(((step - 1) * parts) / totalSteps);
}

/** Counts the time of steps only: not that of checkpoints and validation. */
function createClock() {
  let tokens = 0;
  let milliseconds = 0;
  let reportedAt = -Infinity;
  return {
    step(take: () => StepReport): StepReport {
      const start = performance.now();
      const report = take();
      milliseconds += performance.now() - start;
      tokens += report.tokens;
      return report;
    },
    tokensPerSecond: () => (milliseconds === 0 ? 0 : (tokens / milliseconds) * 1_000),
    due(everyMs: number): boolean {
      const now = performance.now();
      if (now - reportedAt < everyMs) return false;
      reportedAt = now;
      return true;
    },
  };
}

function interrupted(step: number, totalSteps: number): CoppiceFailure {
  const message = `training was stopped at step ${step} of ${totalSteps}; its checkpoint is written`;
  return new CoppiceFailure('TrainingInterrupted', message, { step, totalSteps });
}

interface TrainedModel {
  readonly config: BertConfig;
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
}

async function putModel(artifacts: ArtifactStore, model: TrainedModel): Promise<ArtifactReference> {
  const { config, weights } = writeModel(model);
  return artifacts.putDirectory({
    'config.json': await artifacts.putBytes(config, { mediaType: mediaTypes.json }),
    'model.safetensors': await artifacts.putBytes(weights, { mediaType: mediaTypes.safetensors }),
  });
}
