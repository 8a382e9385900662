// Starts, finds and ends the stack of a home from another process.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withLock } from '../setup/lock.mjs';
import type { Environment } from './component.ts';
import { type StackOptions, stackOptionsSchema } from './options.ts';
import { nodeArguments } from './processes.ts';
import { readLastState, readSecrets, type StackState } from './state.ts';
import { isAlive, isSupervisor } from './supervisor-process.ts';

export interface StartStackInput {
  /** Folder for data, logs and state; made when absent. */
  readonly home: string;
  /** Usually `process.env`: names components of yours, and is handed to what is started. */
  readonly environment: Environment;
  readonly options?: Partial<Omit<StackOptions, 'home'>>;
  /** How long all components together may take to become healthy; 120 s by default. */
  readonly timeoutMs?: number;
  /** Told of each state that is seen while waiting. */
  readonly onChange?: (state: StackState) => void;
}

/** The stack did not come up, or is not the one that was asked for; the message says why, in words for a person. */
export class StackFailure extends Error {
  override readonly name = 'StackFailure';
}

const pollMs = 50;
const endWithinMs = 40_000; // the longest way down: 15 s for our processes, then 10 s for Temporal, and some slack

/**
 * Starts the stack of a home and waits until every component is healthy; finds it when it runs already.
 * @returns its state, with the secrets among the variables of `environment`
 * @throws StackFailure when a component cannot be started, or a running stack lacks one that is asked for
 */
export async function startStack(input: StartStackInput): Promise<StackState> {
  const home = resolve(input.home);
  const options = stackOptionsSchema.parse({ ...input.options, home });
  const logFile = join(home, 'logs', 'supervisor.log');
  mkdirSync(join(home, 'logs'), { recursive: true });
  const deadline = Date.now() + (input.timeoutMs ?? 120_000);
  // Two that start at once: the second waits here and then finds the first one's.
  const { pid, mine } = await withLock(join(home, 'start.lock'), async () => {
    const running = await findSupervisor(home);
    if (running !== undefined) return { pid: running.pid, mine: false };
    const supervisor = spawnSupervisor(options, input.environment, logFile);
    await untilSupervisor(home, supervisor, deadline);
    return { pid: supervisor, mine: true };
  });
  try {
    const state = await untilReady(home, { pid, deadline, logFile, onChange: input.onChange });
    const absent = options.components.filter((name) => state.components[name] === undefined);
    if (absent.length > 0) {
      throw new StackFailure(
        `the stack of ${home} runs without ${absent.join(', ')}: end it first, then start it anew`,
      );
    }
    return await withSecrets(state);
  } catch (error) {
    if (mine) await stopStack(home);
    throw error;
  }
}

/**
 * @returns the state of the home's stack, with the secrets among the variables of `environment`; undefined when none
 * runs
 */
export async function readStack(home: string): Promise<StackState | undefined> {
  const state = await findSupervisor(resolve(home));
  return state === undefined ? undefined : withSecrets(state);
}

/**
 * Ends the home's stack and waits until nothing of it is left.
 * @returns whether one was running
 */
export async function stopStack(home: string): Promise<boolean> {
  const state = await findSupervisor(resolve(home));
  if (state === undefined) return false;
  const pids = Object.values(state.components).flatMap(({ pid }) => pid ?? []);
  signal(state.pid, 'SIGTERM');
  const deadline = Date.now() + endWithinMs;
  while ((await isSupervisor(state.pid)) && Date.now() < deadline) await pause(pollMs);
  if (await isSupervisor(state.pid)) signal(state.pid, 'SIGKILL'); // its components' leashes end them then
  while (pids.some(isAlive) && Date.now() < deadline + endWithinMs) await pause(pollMs);
  return true;
}

async function findSupervisor(home: string): Promise<StackState | undefined> {
  const state = await readLastState(home);
  return state !== undefined && state.phase !== 'failed' && (await isSupervisor(state.pid))
    ? state
    : undefined;
}

function spawnSupervisor(options: StackOptions, environment: Environment, logFile: string): number {
  const log = openSync(logFile, 'a');
  try {
    const supervisor = spawn(process.execPath, [...nodeArguments('stack/main.ts'), JSON.stringify(options)], {
      env: environment,
      detached: true, // outlives this process and its terminal, unless leashed
      stdio: [options.leashed ? 'pipe' : 'ignore', log, log],
    });
    supervisor.on('error', () => undefined); // told by the missing pid
    supervisor.unref();
    // The pipe stays open until this process ends, without keeping it from ending.
    if (supervisor.stdin !== null && 'unref' in supervisor.stdin) (supervisor.stdin.unref as () => void)();
    if (supervisor.pid === undefined) throw new StackFailure(`${process.execPath} cannot be started`);
    return supervisor.pid;
  } finally {
    closeSync(log);
  }
}

/** Waits until the supervisor has written its first state: from then on others find it. */
async function untilSupervisor(home: string, pid: number, deadline: number): Promise<void> {
  while (Date.now() < deadline && isAlive(pid)) {
    if ((await readLastState(home))?.pid === pid) return;
    await pause(pollMs);
  }
}

interface Waiting {
  readonly pid: number;
  readonly deadline: number;
  readonly logFile: string;
  readonly onChange: ((state: StackState) => void) | undefined;
}

async function untilReady(home: string, { pid, deadline, logFile, onChange }: Waiting): Promise<StackState> {
  let seen = '';
  for (;;) {
    const alive = await isSupervisor(pid); // asked before reading: the last state is written before the end
    const state = await readLastState(home);
    if (state?.pid === pid) {
      const text = JSON.stringify(state);
      if (text !== seen) onChange?.(state);
      seen = text;
      if (state.phase === 'ready') return state;
      if (state.phase === 'failed') throw new StackFailure(state.failure ?? 'the stack failed');
    }
    if (!alive) throw new StackFailure(`the supervisor ended; its log is ${logFile}`);
    if (Date.now() > deadline) throw new StackFailure(notHealthy(state));
    await pause(pollMs);
  }
}

function notHealthy(state: StackState | undefined): string {
  const waiting = Object.entries(state?.components ?? {}).filter(([, { state: its }]) => its !== 'healthy');
  const lines = waiting.map(([name, { state: its, problem, logFile }]) =>
    [`  ${name}: ${its}`, problem, logFile].filter((part) => part !== null).join(', '),
  );
  return ['the stack is not healthy in time:', ...lines].join('\n');
}

async function withSecrets(state: StackState): Promise<StackState> {
  const minio = state.components.minio;
  if (minio === undefined || minio.state === 'external') return state;
  const secrets = await readSecrets(state.home);
  if (secrets === undefined) return state;
  return { ...state, environment: { ...state.environment, MINIO_SECRET_KEY: secrets.minioPassword } };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
