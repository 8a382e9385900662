// Training and scoring, each in a process of its own: a native TensorFlow operation blocks the event loop, so the
// activity only supervises, heartbeats what it hears and passes cancellation on.
import { Context } from '@temporalio/activity';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { ServingPrecision } from '../contracts/model-spec/serving.ts';
import type { RunIdentity, StageRecord } from '../contracts/stage-results.ts';
import type {
  CurvePoint,
  EarlyStoppingOutcome,
  JobOutcome,
  LanguageFigures,
  MemoryFigures,
  PhaseJob,
  TrainingJob,
  TrainingProgress,
} from '../contracts/training-job.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { withHeartbeat } from './heartbeat.ts';
import { rowsSchema } from './scoring-files.ts';
import type { StageRunner, StageWork } from './stage-runner.ts';

/** Runs a job in a process beside this one; see worker/trainer/supervise.ts. */
export type RunTrainingJob = (
  job: TrainingJob,
  options: { signal: AbortSignal; onProgress: (progress: TrainingProgress) => void },
) => Promise<JobOutcome>;

export interface TrainingActivityDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  readonly runTrainingJob: RunTrainingJob;
  readonly metrics: Metrics;
}

/** What a phase made, without the curve itself: that is an artifact. */
export interface PhaseResult extends StageRecord {
  readonly weights: ArtifactReference;
  readonly curve: ArtifactReference;
  readonly lastPoint: CurvePoint | undefined;
  readonly steps: number;
  /** Where the model file asks for early stopping. */
  readonly earlyStopping?: EarlyStoppingOutcome;
  readonly tokensPerSecond: number;
  /** Absent in histories from before it was measured. */
  readonly memory?: MemoryFigures;
  readonly environment: Readonly<Record<string, string>>;
  /** Of a decoder, on documents that were held out. */
  readonly heldOut?: LanguageFigures;
  /** Of supervised fine-tuning, on answers that were held out. */
  readonly heldOutAnswers?: LanguageFigures;
}

export interface PhaseInput extends RunIdentity {
  readonly job: PhaseJob;
}

export interface ScoringInput {
  readonly tokens: ArtifactReference;
  readonly weights: ArtifactReference;
  /** JSON of `{ row }[]`: the rows to score, in this order. */
  readonly examples: ArtifactReference;
  /** Of weights that are not quantized; absent: float32. */
  readonly precision?: ServingPrecision;
}

export type TrainingActivities = ReturnType<typeof createTrainingActivities>;

export function createTrainingActivities({
  artifacts,
  runStage,
  runTrainingJob,
  metrics,
}: TrainingActivityDependencies) {
  return {
    /**
     * Trains one phase; resumes from its last checkpoint.
     * @throws TrainingInterrupted, TrainingDiverged, CheckpointIncompatible, OutOfMemory
     */
    async trainModel({ model, runId, job }: PhaseInput): Promise<PhaseResult> {
      return runStage({
        stage: 'training',
        step: job.kind,
        run: { model, runId },
        ...partsOfJob(job),
        compute: async () => {
          const outcome = await withHeartbeat((signal, report) => {
            const onProgress = (progress: TrainingProgress) => {
              report(progress);
              metrics.observeTraining(model, progress);
            };
            return runTrainingJob(job, { signal, onProgress });
          }).finally(() => metrics.endTraining(model, job.kind));
          if (!('weights' in outcome)) throw new TypeError('the trainer answered a training job with scores');
          const curve = await artifacts.putJson(outcome.curve);
          const { weights, steps, tokensPerSecond, finalLoss, environment, earlyStopping, heldOut } = outcome;
          const { memory, heldOutAnswers } = outcome;
          if (memory) Context.current().log.info(memoryText(job.kind, memory), { ...memory });
          return {
            result: {
              weights,
              curve,
              lastPoint: outcome.curve.at(-1),
              steps,
              tokensPerSecond,
              environment,
              ...(memory && { memory }),
              ...(earlyStopping && { earlyStopping }),
              ...(heldOut && { heldOut }),
              ...(heldOutAnswers && { heldOutAnswers }),
            },
            outputs: { weights, curve },
            metrics: { steps, tokensPerSecond, finalLoss, ...memory, ...earlyStopping },
          };
        },
      });
    },

    /** @returns JSON of the probabilities of the given rows, or of the tags of their tokens. */
    async scoreExamples({
      tokens,
      weights,
      examples,
      precision = 'float32',
    }: ScoringInput): Promise<ArtifactReference> {
      const rows = (await artifacts.readJson(examples, rowsSchema)).map(({ row }) => row);
      const outcome = await withHeartbeat((signal) =>
        runTrainingJob(
          { kind: 'scoring', tokens, weights, rows, precision },
          { signal, onProgress: () => undefined },
        ),
      );
      if (!('probabilities' in outcome))
        throw new TypeError('the trainer answered a scoring job with weights');
      return outcome.probabilities;
    },
  };
}

/** What the result of a job depends on, as the step cache and the lineage have it. */
export function partsOfJob(job: PhaseInput['job']): Pick<StageWork<object>, 'parameters' | 'inputs'> {
  const { key: _key, tokens, initialWeights, ...parameters } = job;
  const inputs = { tokens, ...(initialWeights && { initialWeights }), ...otherInputs(job) };
  return { parameters, inputs };
}

function otherInputs(job: PhaseJob): Readonly<Record<string, ArtifactReference>> {
  if (job.kind === 'fine-tuning') return job.examples;
  if (job.kind === 'supervised-fine-tuning') return job.text ? { text: job.text.tokens } : {};
  return job.heldOutExamples ? { heldOutExamples: job.heldOutExamples } : {};
}

function memoryText(phase: string, { peakBytes, estimatedBytes }: MemoryFigures): string {
  const [peak, estimated] = [peakBytes, estimatedBytes].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
  return `${phase} took ${peak} of memory at its peak; ${estimated} were estimated before it began`;
}
