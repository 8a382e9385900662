// The trainer: a process that runs one job and ends. Native TensorFlow operations block its event loop for a step at a
// time; between steps it hears its supervisor.
import { cpus } from 'node:os';
import { openStore } from '../../artifacts/open.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import {
  fineTuningSchema,
  pretrainingSchema,
  supervisedFineTuningSchema,
} from '../../contracts/model-spec/learning.ts';
import type { TrainingJob } from '../../contracts/training-job.ts';
import type { PlanningJob } from '../../contracts/training-plan.ts';
import { addonVersion, loadBinding, loadTensorflow } from '../../runtimes/tensorflow/binding.ts';
import { kernelsFile } from '../../runtimes/tensorflow/kernels.ts';
import { openNativeSession } from '../../runtimes/tensorflow/training-session.ts';
import { Secret } from '../../settings/secret.ts';
import { batchesAhead } from './batch-thread.ts';
import { processMemory } from './memory.ts';
import type { FromTrainer, ToTrainer } from './messages.ts';
import { planTraining } from './planning.ts';
import { runJob } from './run-job.ts';
import { measureSpeed } from './speed.ts';

let stopRequested = false;

process.on('disconnect', () => process.exit(1)); // the supervisor is gone
process.on('SIGINT', () => undefined); // the terminal sends it to all; the supervisor decides what becomes of the job
process.on('message', (message: ToTrainer) => {
  if (message.kind === 'stop') stopRequested = true;
  else void answer(message);
});

async function answer(asked: Exclude<ToTrainer, { kind: 'stop' }>): Promise<void> {
  const reply = await (asked.kind === 'plan' ? plan(asked.job) : runStarted(asked)).catch(toMessage);
  // Ends only once the reply is on its way.
  process.send?.(reply, undefined, {}, () => process.exit(0));
}

async function plan(job: PlanningJob): Promise<FromTrainer> {
  const tensorflow = await loadTensorflow();
  const outcome = await planTraining(job, {
    memory: processMemory,
    measureSpeed: (precisions) => measureSpeed(tensorflow, precisions),
  });
  return { kind: 'plan', outcome };
}

async function runStarted({
  job,
  store,
  home,
}: Omit<Extract<ToTrainer, { kind: 'start' }>, 'kind'>): Promise<FromTrainer> {
  const opened = await openStore({ home, store: { ...store, secretKey: new Secret(store.secretKey) } });
  loadBinding(); // first, since what a training will take is told beside what the process has
  const outcome = await runJob(withDefaults(job), {
    artifacts: opened.artifacts,
    objects: opened.buckets.artifacts,
    openSession: openNativeSession,
    openBatches: batchesAhead,
    memory: processMemory,
    report: (progress) => send({ kind: 'progress', progress }),
    stopRequested: () => stopRequested,
    environment: {
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      processor: cpus().at(0)?.model ?? 'unknown',
      processors: String(cpus().length),
      tensorflowJs: addonVersion(),
      backend: 'tensorflow',
      kernels: kernelsFile() === undefined ? 'TensorFlow' : 'fused',
    },
  });
  return { kind: 'outcome', outcome };
}

/** A run that was started before an option existed gets its default. */
function withDefaults(job: TrainingJob): TrainingJob {
  if (job.kind === 'pretraining') return { ...job, options: pretrainingSchema.parse(job.options) };
  if (job.kind === 'fine-tuning') return { ...job, options: fineTuningSchema.parse(job.options) };
  if (job.kind === 'supervised-fine-tuning')
    return { ...job, options: supervisedFineTuningSchema.parse(job.options) };
  return job;
}

function toMessage(error: unknown): FromTrainer {
  if (error instanceof CoppiceFailure) {
    return { kind: 'failure', type: error.type, message: error.message, details: error.details };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'failure', message, details: {} };
}

function send(message: FromTrainer): void {
  process.send?.(message);
}
