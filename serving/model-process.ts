// Starts a model process and asks it for probabilities.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromModelProcess, LoadMessage, ToModelProcess } from './model-protocol.ts';

/** A version that is loaded and answers. */
export interface ModelProcess {
  readonly labels: readonly string[];
  /** @returns probabilities by class index, a row a text */
  score(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): void;
}

interface Waiting {
  readonly resolve: (probabilities: readonly (readonly number[])[]) => void;
  readonly reject: (error: Error) => void;
}

const entry = fileURLToPath(new URL('model-process-main.ts', import.meta.url));

/** Loading a model takes about two seconds; a process that is silent for so long is given up. */
const loadTimeoutMs = 60_000;

/**
 * @returns the process once it has loaded the model and answered a first text
 * @throws Error with the reason where it cannot load
 */
export async function startModelProcess(load: Omit<LoadMessage, 'kind'>): Promise<ModelProcess> {
  const child = fork(entry, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, Waiting>();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the model process has ended'));
    waiting.clear();
  });
  try {
    const labels = await awaitReady(child, load);
    child.on('message', (message: FromModelProcess) => settle(waiting, message));
    return { labels, ended, stop: () => child.kill(), score: createAsker(child, waiting) };
  } catch (error) {
    child.kill();
    throw error;
  }
}

function awaitReady(child: ChildProcess, load: Omit<LoadMessage, 'kind'>): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not loaded within ${loadTimeoutMs / 1_000} s`)),
      loadTimeoutMs,
    );
    child.once('exit', (code) => reject(new Error(`the model process ended with code ${String(code)}`)));
    child.once('message', (message: FromModelProcess) => {
      clearTimeout(timer);
      if (message.kind === 'ready') resolve(message.labels);
      else
        reject(new Error(message.kind === 'failed' ? message.reason : `unexpected answer ${message.kind}`));
    });
    send(child, { kind: 'load', ...load });
  });
}

function createAsker(child: ChildProcess, waiting: Map<number, Waiting>): ModelProcess['score'] {
  let next = 0;
  return (texts) =>
    new Promise((resolve, reject) => {
      if (!child.connected) {
        reject(new Error('the model process has ended'));
        return;
      }
      const id = next;
      next += 1;
      waiting.set(id, { resolve, reject });
      send(child, { kind: 'score', id, texts });
    });
}

function settle(waiting: Map<number, Waiting>, message: FromModelProcess): void {
  if (message.kind !== 'scores' && message.kind !== 'refused') return;
  const asked = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.kind === 'scores') asked?.resolve(message.probabilities);
  else asked?.reject(new Error(message.reason));
}

function send(child: ChildProcess, message: ToModelProcess): void {
  child.send(message);
}
