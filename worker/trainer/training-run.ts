// One phase of training from start, or from its last checkpoint, to the model's files.
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type {
  LanguageFigures,
  MemoryFigures,
  PhaseJob,
  TrainingOutcome,
  TrialOutcome,
} from '../../contracts/training-job.ts';
import { languageFigures } from '../../pipeline/evaluation/language-figures.ts';
import type { ModelFiles } from '../../pipeline/model/model-files.ts';
import type { HeldOutText, Objective } from '../../pipeline/training/objective.ts';
import { optimizerOf } from '../../pipeline/training/optimizer.ts';
import type { Schedule } from '../../pipeline/training/schedule.ts';
import type { Frozen, Kept, TrainingPlan, TrainingSession } from '../../pipeline/training/session.ts';
import { startingVectors, vectorSizes, weightsOf } from '../../pipeline/training/session.ts';
import type { StepReport } from '../../pipeline/training/train-step.ts';
import { Divergence, trainStep, validate } from '../../pipeline/training/train-step.ts';
import type { Batches, BatchRecipe } from './batches.ts';
import { batchesHere } from './batches.ts';
import type { BestWeights } from './best-weights.ts';
import { keepBest, keptStep } from './best-weights.ts';
import type { Checkpoints, Resumption, TrainingRecord, TrainingState } from './checkpoint.ts';
import { openCheckpoints } from './checkpoint.ts';
import type { TrainerContext } from './context.ts';
import { recordStep } from './loss-record.ts';
import type { MemoryForecast } from './memory-check.ts';
import { forecastMemory } from './memory-check.ts';

/** What a phase needs beside its job. */
export interface ReadyPhase {
  readonly objective: Objective;
  /** The objective's batches as plain data, for who makes them elsewhere. */
  readonly recipe: BatchRecipe;
  /** What the objective reads and does not train; absent: nothing. */
  readonly frozen?: Frozen;
  /** @param parameters of what is trained */
  readonly toFiles: (parameters: Float32Array) => ModelFiles;
  /** Drawn or read only where there is no checkpoint. */
  readonly startingParameters: () => Float32Array;
  /** Lets go of the tokens. */
  readonly close: () => void;
}

/** A phase, ready to run. */
export interface Phase extends Omit<ReadyPhase, 'close'> {
  readonly job: PhaseJob;
}

const CLIPPING_NORM = 1; // as BERT is trained
const REPORT_EVERY_MS = 500;
/**
 * Times the loss of a model that knows nothing. A run passes here on its way to divergence, and what it goes on from
 * must be good; a single hard batch only puts the checkpoint off, by a step or two.
 */
const SAVED_BELOW = 2;

/**
 * @returns of a trial, what it came to; its checkpoint stays for the next rung, or for the whole phase
 * @throws CoppiceFailure TrainingInterrupted after a stop was requested and the checkpoint written,
 * CheckpointIncompatible; InvalidInput of a trial that nothing is left to validate on
 * @throws Divergence
 */
export async function runPhase(
  phase: Phase,
  context: TrainerContext,
): Promise<TrainingOutcome | TrialOutcome> {
  const { job, objective, frozen } = phase;
  const { precision, averaging } = job.options;
  const optimizer = optimizerOf(job.options);
  const plan = { ...objective, frozen, optimizer, averaging, precision, maximumNorm: CLIPPING_NORM };
  const checkpoints = openCheckpoints(job, context);
  const resumption = startingPoint(await checkpoints.resume(vectorSizes(plan)), job);
  if (resumption.kind === 'finished') return resumption.outcome;
  const forecast = forecastMemory(job, plan, context.memory);
  if (resumption.kind === 'fresh') forecast.requireFit(); // what was saved did fit
  const start = resumption.kind === 'checkpoint' ? resumption.state : freshState(phase, plan);
  const totalSteps = lastStep(phase);
  const batches =
    context.openBatches?.(phase.recipe, { start: start.step, totalSteps }) ?? batchesHere(objective);
  try {
    return await runFrom({ ...phase, checkpoints, start, batches, plan, forecast }, context);
  } finally {
    await batches.close();
  }
}

/** Of a trial, earlier than the phase's. */
function lastStep({ job: { stopAtStep = Infinity }, objective }: Phase): number {
  return Math.min(stopAtStep, objective.totalSteps);
}

/** A trial that is asked for once more, whose key has gone further since, begins anew: it tells of its step, not of a later one. */
function startingPoint(resumption: Resumption, { stopAtStep }: Phase['job']): Resumption {
  if (stopAtStep === undefined || resumption.kind === 'fresh') return resumption;
  const passed = resumption.kind === 'finished' || resumption.state.step > stopAtStep;
  return passed ? { kind: 'fresh' } : resumption;
}

interface Beginning extends Phase, Pick<Run, 'checkpoints' | 'start' | 'batches'> {
  readonly plan: TrainingPlan;
  readonly forecast: MemoryForecast;
}

async function runFrom(
  beginning: Beginning,
  context: TrainerContext,
): Promise<TrainingOutcome | TrialOutcome> {
  const { job, objective, checkpoints, start, plan, forecast } = beginning;
  const session = await context.openSession(plan, start.vectors);
  try {
    const clock = createClock();
    const readParameters = () => weightsOf(session.read());
    const best = keepBest(objective.earlyStopping, start, readParameters);
    const steps = await takeSteps({ ...beginning, session, clock, best }, context);
    if (job.stopAtStep !== undefined) {
      const pace = { resumedFromStep: start.step, tokensPerSecond: clock.tokensPerSecond() };
      return { ...judgeTrial({ objective, session, start }, steps), ...pace };
    }
    const outcome = await conclude(beginning, context, {
      figures: await judge({ session, kept: best.read(), plan, objective }, context),
      parameters: best.read() ?? readParameters(),
      steps,
      record: start.record,
      tokensPerSecond: clock.tokensPerSecond(),
      resumedFromStep: start.step,
      memory: forecast.figures(),
    });
    await checkpoints.finish(outcome);
    return outcome;
  } catch (error) {
    // At the first divergence the rate is at fault. What diverges again at a lower one did not begin from a good state.
    if (error instanceof Divergence && job.learningRateScale < 1) await checkpoints.forget(start.step);
    throw error;
  } finally {
    session.dispose();
  }
}

function freshState(phase: Phase, kept: Kept): TrainingState {
  const vectors = startingVectors(phase.startingParameters(), kept);
  return { step: 0, vectors, record: { tokensSeen: 0, lossSum: 0, lossCount: 0, curve: [] } };
}

interface Run extends Phase {
  readonly session: TrainingSession;
  readonly batches: Batches;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly start: TrainingState;
  readonly best: BestWeights;
}

/**
 * From the step that the run starts at to the last; the record goes along.
 * @returns steps done, which are fewer than planned where the phase ended early
 */
async function takeSteps(run: Run, context: TrainerContext): Promise<number> {
  const { job, objective, session, batches, checkpoints, clock, start, best } = run;
  const { record } = start;
  const { ignorantLoss } = objective;
  const last = lastStep(run);
  const schedule = scheduleOf(run);
  let savedStep = start.step;
  let savedAt = performance.now();
  let step = start.step;
  for (; step < last && !best.isOver(); step += 1) {
    const at = { step, schedule, ignorantLoss };
    const report = await clock.step(async () => trainStep(session, await batches.next(step), at));
    const done = step + 1;
    const validationLoss = recordStep({ objective, session, record }, done, report);
    if (validationLoss !== undefined) best.validated(done, validationLoss);
    const stopping = context.stopRequested();
    const ends = done === last || best.isOver();
    const trialEnds = ends && job.stopAtStep !== undefined;
    const waited = performance.now() - savedAt > job.options.checkpointEverySeconds * 1_000;
    const due = stopping || trialEnds || waited;
    if (due && report.loss < SAVED_BELOW * ignorantLoss) {
      await checkpoints.save({ step: done, vectors: session.read(), best: best.read(), record });
      savedStep = done;
      savedAt = performance.now();
    }
    if (stopping) throw interrupted(savedStep, done);
    if (clock.due(REPORT_EVERY_MS) || ends) {
      const { loss, gradientNorm, learningRate: rate } = report;
      const pace = {
        tokensPerSecond: clock.tokensPerSecond(),
        secondsLeft: clock.secondsFor(last - done),
      };
      const progress = { step: done, totalSteps: last, loss, gradientNorm, learningRate: rate, ...pace };
      context.report({ phase: job.kind, ...progress, checkpointStep: savedStep });
    }
    await new Promise(setImmediate); // messages of the supervisor get their turn
  }
  return step;
}

/** Over all of the phase's steps, however few of them a trial takes: it is the beginning of the whole phase. */
function scheduleOf({ job, objective: { totalSteps } }: Phase): Schedule {
  const { learningRate, warmupFraction, schedule: decay } = job.options;
  return { peak: learningRate * job.learningRateScale, totalSteps, warmupFraction, decay };
}

/** Looks once more, which the record is not told of: the phase would have looked at other steps. */
function judgeTrial(
  { objective, session, start }: Pick<Run, 'objective' | 'session' | 'start'>,
  steps: number,
): Pick<TrialOutcome, 'validationLoss' | 'steps' | 'plannedSteps'> {
  const loss = validate(session, objective);
  if (loss === undefined)
    throw new CoppiceFailure('InvalidInput', 'a trial needs two examples, documents or windows to train on');
  if (!Number.isFinite(loss)) throw new Divergence(steps, loss);
  const kept = start.record.stopping?.best.loss ?? Infinity;
  return { validationLoss: Math.min(loss, kept), steps, plannedSteps: objective.totalSteps };
}

interface Result {
  readonly figures: Pick<TrainingOutcome, 'heldOut' | 'heldOutAnswers'>;
  readonly parameters: Float32Array;
  readonly steps: number;
  readonly record: TrainingRecord;
  readonly tokensPerSecond: number;
  readonly resumedFromStep: number;
  readonly memory: MemoryFigures;
}

async function conclude(
  { job, objective, toFiles }: Phase,
  { artifacts, environment }: TrainerContext,
  { figures, parameters, record, ...made }: Result,
): Promise<TrainingOutcome> {
  return {
    ...made,
    weights: await putModel(artifacts, toFiles(parameters)),
    tokensSeen: record.tokensSeen,
    finalLoss: record.curve.findLast(({ trainingLoss }) => trainingLoss !== undefined)?.trainingLoss ?? 0,
    ...keptStep(record, objective.totalSteps),
    ...figures,
    environment: { ...environment, ...computedAs(job.options) },
  };
}

/**
 * A language model's last word: over all that is held out, and not the part of it that the curve shows, with the weights
 * that are written, which are not the session's where those of an earlier step are kept.
 */
async function judge(
  { session, kept, plan, objective }: Judged,
  { openSession }: TrainerContext,
): Promise<Result['figures']> {
  const { heldOut, heldOutAnswers } = objective;
  const texts = Object.entries({ heldOut, heldOutAnswers });
  if (texts.every(([, text]) => text === undefined)) return {};
  const judging = kept && (await openSession(plan, startingVectors(kept, plan)));
  const figures = texts.map(([name, text]) => [name, text && figuresOf(judging ?? session, text)] as const);
  judging?.dispose();
  return Object.fromEntries(figures.filter(([, figure]) => figure !== undefined));
}

interface Judged {
  readonly session: TrainingSession;
  readonly kept: Float32Array | undefined;
  readonly plan: TrainingPlan;
  readonly objective: Objective;
}

function figuresOf(session: TrainingSession, text: HeldOutText): LanguageFigures | undefined {
  const loss = validate(session, { validationBatches: text.batches });
  return loss === undefined ? undefined : languageFigures(loss, text);
}

/** How the numbers came about, as far as the options alone do not say. */
function computedAs({
  precision,
  batchSize,
  microBatchSize,
}: Phase['job']['options']): Record<string, string> {
  const inParts = microBatchSize !== undefined && microBatchSize < batchSize;
  return { precision, ...(inParts && { microBatchSize: String(microBatchSize) }) };
}

type Clock = ReturnType<typeof createClock>;

/** Counts the time of steps only: not that of checkpoints and validation. */
function createClock() {
  let tokens = 0;
  let steps = 0;
  let milliseconds = 0;
  let reportedAt = -Infinity;
  return {
    /** What a step waits for its batch is time of the step. */
    async step(take: () => Promise<StepReport>): Promise<StepReport> {
      const start = performance.now();
      const report = await take();
      milliseconds += performance.now() - start;
      tokens += report.tokens;
      steps += 1;
      return report;
    },
    secondsFor: (more: number) => (steps === 0 ? 0 : (more * milliseconds) / steps / 1_000),
    tokensPerSecond: () => (milliseconds === 0 ? 0 : (tokens / milliseconds) * 1_000),
    due(everyMs: number): boolean {
      const now = performance.now();
      if (now - reportedAt < everyMs) return false;
      reportedAt = now;
      return true;
    },
  };
}

function interrupted(savedStep: number, done: number): CoppiceFailure {
  const message = `training was stopped after ${done} steps; it goes on from the checkpoint at ${savedStep}`;
  return new CoppiceFailure('TrainingInterrupted', message, { step: savedStep });
}

async function putModel(
  artifacts: ArtifactStore,
  { config, weights }: ModelFiles,
): Promise<ArtifactReference> {
  return artifacts.putDirectory({
    'config.json': await artifacts.putBytes(config, { mediaType: mediaTypes.json }),
    'model.safetensors': await artifacts.putBytes(weights, { mediaType: mediaTypes.safetensors }),
  });
}
