// Keeps one component running: start, wait for health, watch, and start again after a crash with growing pauses.
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { HealthCheck } from './health.ts';
import type { LeashedProcess } from './leash.ts';
import type { ComponentState } from './state.ts';

export interface ComponentRunOptions {
  readonly name: string;
  readonly start: () => LeashedProcess;
  readonly health: HealthCheck;
  readonly logFile: string;
  /** Told of every change of state. */
  readonly onChange: (change: Partial<ComponentState>) => void;
  readonly log: (line: string) => void;
}

export interface ComponentRun {
  /** Resolves at the first health; rejects with StartFailure when it crashes again and again before. */
  readonly started: Promise<void>;
  /** Ends the component; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/** A component never came up; the message names it, how it ended and its last words. */
class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

const checkTimeoutMs = 2_000;
const startingCheckEveryMs = 100;
const usualCheckEveryMs = 5_000;
const missesUntilUnhealthy = 3; // one slow answer on a busy machine is no illness
const attemptsAtStart = 3;
const forgivenAfterMs = 60_000; // healthy for that long, and its next crash counts as the first

/** @returns the pause before restart `attempt` (1, 2, …): half a second, doubling, 30 s at most */
export function backoffMs(attempt: number): number {
  return Math.min(500 * 2 ** (attempt - 1), 30_000);
}

export function runComponent(options: ComponentRunOptions): ComponentRun {
  const stopping = new AbortController();
  let current: LeashedProcess | undefined;
  let running = Promise.resolve();
  const started = new Promise<void>((resolve, reject) => {
    const start = (): LeashedProcess => (current = options.start());
    running = keepRunning({ ...options, start, stopping: stopping.signal, onFirstHealth: resolve }).catch(
      reject,
    );
  });
  return {
    started,
    stop: async () => {
      stopping.abort();
      current?.letGo();
      await running;
    },
  };
}

interface Running extends ComponentRunOptions {
  readonly stopping: AbortSignal;
  readonly onFirstHealth: () => void;
}

/** @throws StartFailure when it ends several times before it was ever healthy */
async function keepRunning(running: Running): Promise<void> {
  const { name, onChange, log, stopping } = running;
  let everHealthy = false;
  let attempt = 0;
  let restarts = 0;
  for (;;) {
    const { ending, healthyMs } = await liveOnce(running);
    if (stopping.aborted) break;
    everHealthy ||= healthyMs !== undefined;
    if (healthyMs !== undefined && healthyMs > forgivenAfterMs) attempt = 0;
    attempt += 1;
    if (!everHealthy && attempt >= attemptsAtStart) {
      onChange({ state: 'crashed', pid: null, problem: ending });
      throw new StartFailure(`${name} ${ending}, ${attempt} times\n${await lastWords(running.logFile)}`);
    }
    restarts += 1;
    const waitMs = backoffMs(attempt);
    onChange({ state: 'crashed', pid: null, restarts, problem: ending });
    log(`${name} ${ending}; restart ${restarts} in ${waitMs / 1000} s`);
    await pause(waitMs, undefined, { signal: stopping }).catch(() => undefined);
    if (stopping.aborted as boolean) break;
  }
  onChange({ state: 'stopped', pid: null });
}

/** @returns how the component ended, and for how long it had been healthy; undefined for never */
async function liveOnce(running: Running): Promise<{ ending: string; healthyMs: number | undefined }> {
  const child = running.start();
  running.onChange({ state: 'starting', pid: (await child.pid) ?? null });
  const life = new AbortController();
  const healthySince: number[] = [];
  const signal = AbortSignal.any([life.signal, running.stopping]); // what is being ended is not ill
  const watching = watchHealth({ ...running, signal }, () => {
    healthySince.push(Date.now());
    running.onFirstHealth();
  });
  const ending = await child.ended;
  life.abort();
  await watching;
  const since = healthySince.at(0);
  return { ending, healthyMs: since === undefined ? undefined : Date.now() - since };
}

export interface WatchOptions {
  readonly name: string;
  readonly health: HealthCheck;
  readonly onChange: (change: Partial<ComponentState>) => void;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** State to report while it answers: `external` for one of yours. */
  readonly wellState?: 'healthy' | 'external';
  /** Pause between two checks while all is well; 5 s by default. */
  readonly healthyCheckEveryMs?: number;
}

/** Asks for health until the signal, often until the first answer and then now and again; reports what changes. */
export async function watchHealth(options: WatchOptions, onHealthy: () => void): Promise<void> {
  const { name, health, onChange, log, signal, wellState = 'healthy' } = options;
  const { healthyCheckEveryMs = usualCheckEveryMs } = options;
  let misses = 0;
  let wasHealthy = false;
  let reported: string | undefined;
  while (!signal.aborted) {
    const problem = await health(checkTimeoutMs);
    if (signal.aborted as boolean) return;
    if (problem === undefined) {
      if (!wasHealthy || misses >= missesUntilUnhealthy) {
        onChange({ state: wellState, problem: null });
        log(`${name} is healthy`);
        onHealthy();
      }
      wasHealthy = true;
      misses = 0;
      reported = undefined;
    } else {
      misses += 1;
      if (wasHealthy && misses === missesUntilUnhealthy) {
        onChange({ ...(wellState === 'external' ? {} : { state: 'unhealthy' }), problem });
        log(`${name} is unhealthy: ${problem}`);
      } else if (!wasHealthy && problem !== reported) {
        reported = problem;
        onChange({ problem });
      }
    }
    const everyMs =
      wasHealthy && misses === 0 ? healthyCheckEveryMs : startingCheckEveryMs * Math.min(misses, 10);
    await pause(Math.max(everyMs, startingCheckEveryMs), undefined, { signal }).catch(() => undefined);
  }
}

/** What a log says of the end: the last lines that speak of a failure, or simply the last. */
async function lastWords(path: string): Promise<string> {
  const lines = (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-100);
  const telling = lines.filter(
    (line) => /error|fatal|fail|cannot|panic/i.test(line) && !/^\s+at /.test(line),
  );
  const chosen = (telling.length > 0 ? telling : lines).slice(-3);
  return [...chosen.map((line) => `  ${line.trim().slice(0, 300)}`), `  the whole log: ${path}`].join('\n');
}
