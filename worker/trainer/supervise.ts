// Runs a job in a trainer process and watches over it: the host's event loop stays free, and what the trainer says
// becomes progress, an outcome or a failure of the table.
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { JobOutcome, TrainingJob, TrainingProgress } from '../../contracts/training-job.ts';
import type { PlanningJob, PlanningOutcome } from '../../contracts/training-plan.ts';
import type { Settings } from '../../settings/settings.ts';
import type { FromTrainer, ToTrainer } from './messages.ts';
import { trainerProgram } from './program.ts';

export interface SupervisionOptions {
  readonly onProgress: (progress: TrainingProgress) => void;
  /** Once aborted, the trainer writes a checkpoint and stops. */
  readonly signal: AbortSignal;
  readonly settings: Pick<Settings, 'store' | 'home'>;
  /** Told the process id of the trainer. */
  readonly onStart?: (pid: number) => void;
}

const STOP_GRACE_MS = 10_000; // a step and a checkpoint of a hundred megabytes
const LAST_WORDS = 4_000; // characters of the error output that a failure carries

/**
 * @returns what the job made
 * @throws CoppiceFailure TrainingInterrupted where the trainer died or was stopped: the same job goes on from its last
 * checkpoint; OutOfMemory; TrainingDiverged; CheckpointIncompatible; InvalidInput; those of the store
 */
export async function runTrainingJob(job: TrainingJob, options: SupervisionOptions): Promise<JobOutcome> {
  const { secretKey, ...store } = options.settings.store;
  const start = { job, home: options.settings.home, store: { ...store, secretKey: secretKey.reveal() } };
  const answer = await converse({ kind: 'start', ...start }, options);
  if (answer.kind !== 'outcome') throw new TypeError('the trainer answered a job with a plan');
  return answer.outcome;
}

/** @returns what a training would take, as a trainer sees it; nothing is trained or stored */
export async function runPlanningJob(
  job: PlanningJob,
  options: Pick<SupervisionOptions, 'signal'>,
): Promise<PlanningOutcome> {
  const answer = await converse({ kind: 'plan', job }, { ...options, onProgress: () => undefined });
  if (answer.kind !== 'plan') throw new TypeError('the trainer answered with no plan');
  return answer.outcome;
}

type Answer = Extract<FromTrainer, { kind: 'outcome' | 'plan' }>;
type Listening = Omit<SupervisionOptions, 'settings'>;

/** Starts a trainer, asks it one thing and waits for its answer. */
async function converse(asked: ToTrainer, options: Listening): Promise<Answer> {
  const { signal } = options;
  const program = await trainerProgram();
  if (signal.aborted)
    throw new CoppiceFailure('TrainingInterrupted', 'stopped before the trainer was started');
  const child = fork(program, {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const stopNow = () => stop(child);
  signal.addEventListener('abort', stopNow);
  try {
    const answer = listen(child, options);
    tell(child, asked);
    return await answer;
  } finally {
    signal.removeEventListener('abort', stopNow);
    child.kill('SIGKILL'); // where it has not ended by itself
  }
}

/** Settles with the trainer's answer, or when it dies without one. */
function listen(child: ChildProcess, { onProgress, onStart }: Listening): Promise<Answer> {
  const killsBefore = kernelKills();
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-LAST_WORDS);
  });
  if (child.pid !== undefined) onStart?.(child.pid);
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromTrainer) => {
      if (message.kind === 'progress') onProgress(message.progress);
      else if (message.kind === 'failure') reject(toError(message));
      else resolve(message);
    });
    child.once('error', (error) =>
      reject(new CoppiceFailure('TrainingInterrupted', `the trainer did not start: ${error.message}`)),
    );
    // `close` and not `exit`: what it said before it died has been read by then.
    child.once('close', (code, signal) => {
      const killed = signal === 'SIGKILL' && kernelKills() > killsBefore;
      reject(death({ code, signal, words, killed }));
    });
  });
}

function toError({ type, message, details }: Extract<FromTrainer, { kind: 'failure' }>): Error {
  return type === undefined ? new Error(message) : new CoppiceFailure(type, message, details);
}

/** What V8, the C++ library and TensorFlow say when memory is short. */
const outOfMemory = /heap out of memory|std::bad_alloc|OOM when allocating/;

/**
 * @returns how many processes Linux has killed for want of memory: it answers a request that it cannot serve when the
 * memory is written to, and then nobody is left to say so. 0 where it does not tell
 */
function kernelKills(): number {
  const counters = '/proc/vmstat';
  const kills = existsSync(counters) ? /^oom_kill (\d+)$/m.exec(readFileSync(counters, 'utf8')) : null;
  return Number(kills?.[1] ?? 0);
}

function death({
  code,
  signal,
  words,
  killed,
}: {
  code: number | null;
  signal: string | null;
  words: string;
  /** By the kernel, for want of memory. */
  killed: boolean;
}): CoppiceFailure {
  const how = signal === null ? `with code ${String(code)}` : `by ${signal}`;
  const type = killed || outOfMemory.test(words) ? 'OutOfMemory' : 'TrainingInterrupted';
  return new CoppiceFailure(type, `the trainer ended ${how}`, { code, signal, lastWords: words });
}

function stop(child: ChildProcess): void {
  tell(child, { kind: 'stop' });
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  child.once('close', () => clearTimeout(timer));
}

/** A trainer that is gone hears nothing; its end is told by its `close`. */
function tell(child: ChildProcess, message: ToTrainer): void {
  if (child.connected) child.send(message, () => undefined);
}
