// Starts a model process and asks it. So many questions wait at once; more are turned away.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromModelProcess, LoadMessage, ToModelProcess, Vitals } from './model-protocol.ts';
import type { TaskWords } from './tasks/task.ts';

/** A version that is loaded and answers. */
export interface ModelProcess<T extends TaskWords> {
  readonly pid: number;
  readonly facts: T['facts'];
  /**
   * @param options.onPiece told in order, all before the answer
   * @throws InvalidQuestion where the process finds fault with the question; ProcessBusy where too many wait; ProcessEnded
   * where the process is gone; Error where it says nothing for too long; the signal's reason
   */
  ask(question: T['question'], options?: AskOptions<T>): Promise<T['answer']>;
  /** Questions that it has not let go of. */
  readonly waiting: () => number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): void;
}

export interface AskOptions<T extends TaskWords> {
  readonly signal?: AbortSignal;
  readonly onPiece?: (piece: T['piece']) => void;
}

/** The question cannot be answered by any version; nothing is wrong with this one. */
export class InvalidQuestion extends Error {
  /** For programs, such as context_length_exceeded. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** As many questions wait as may. */
export class ProcessBusy extends Error {}

/** The process is gone; another may answer. */
export class ProcessEnded extends Error {}

export interface ModelProcessOptions {
  /** Questions that are open at once, those that the process works on among them. */
  readonly maximumWaiting: number;
  /** A question is given up where nothing was heard of it for so long; absent: never. */
  readonly silenceMs?: number;
  readonly onVitals?: (vitals: Vitals) => void;
}

interface Waiting {
  readonly onPiece: (piece: unknown) => void;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Of its silence. */
  readonly timer: NodeJS.Timeout | undefined;
}

const entry = fileURLToPath(new URL('model-process-main.ts', import.meta.url));

/** Loading a model takes about two seconds; a process that is silent for so long is given up. */
const loadTimeoutMs = 60_000;

/** A process that has not let go of a question so long after it was cancelled hangs. A step takes far less. */
const cancelMs = 10_000;

/**
 * @returns the process once it has loaded the model and tried it
 * @throws Error with the reason where it cannot load
 */
export async function startModelProcess<T extends TaskWords>(
  load: Omit<LoadMessage, 'kind'>,
  options: ModelProcessOptions,
): Promise<ModelProcess<T>> {
  const child = fork(entry, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, Waiting>();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => {
    for (const { timer, reject } of waiting.values()) {
      clearTimeout(timer);
      reject(new ProcessEnded('the model process has ended'));
    }
    waiting.clear();
  });
  try {
    const facts = await awaitReady(child, load);
    child.on('message', (message: FromModelProcess) => {
      if (message.kind === 'vitals') options.onVitals?.(message);
      else settle(waiting, message);
    });
    const ask = createAsker(child, waiting, options);
    const stop = () => void child.kill();
    return { pid: child.pid ?? 0, facts, ended, stop, ask, waiting: () => waiting.size };
  } catch (error) {
    child.kill();
    throw error;
  }
}

function awaitReady(child: ChildProcess, load: Omit<LoadMessage, 'kind'>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not loaded within ${loadTimeoutMs / 1_000} s`)),
      loadTimeoutMs,
    );
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the model process ended with code ${String(code)}`));
    });
    child.once('message', (message: FromModelProcess) => {
      clearTimeout(timer);
      if (message.kind === 'ready') resolve(message.facts);
      else
        reject(new Error(message.kind === 'failed' ? message.reason : `unexpected answer ${message.kind}`));
    });
    send(child, { kind: 'load', ...load });
  });
}

function createAsker(
  child: ChildProcess,
  waiting: Map<number, Waiting>,
  { maximumWaiting, silenceMs }: ModelProcessOptions,
): ModelProcess<TaskWords>['ask'] {
  let next = 0;
  return (question, { signal, onPiece = () => undefined } = {}) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (!child.connected) throw new ProcessEnded('the model process has ended');
      if (waiting.size >= maximumWaiting) throw new ProcessBusy(`${waiting.size} requests wait already`);
      const id = next;
      next += 1;
      // Its place is free only once the process has let go of it.
      const cancel = (reason: Error): void => {
        if (waiting.has(id) && child.connected) {
          send(child, { kind: 'cancel', id });
          setTimeout(() => {
            if (waiting.has(id)) child.kill('SIGKILL');
          }, cancelMs).unref();
        }
        reject(reason);
      };
      const timer =
        silenceMs === undefined
          ? undefined
          : setTimeout(() => cancel(new Error(`no answer within ${silenceMs / 1_000} s`)), silenceMs);
      signal?.addEventListener('abort', () => cancel(signal.reason as Error), { once: true });
      waiting.set(id, { onPiece, resolve, reject, timer });
      send(child, { kind: 'ask', id, question });
    });
}

function settle(waiting: Map<number, Waiting>, message: FromModelProcess): void {
  if (message.kind !== 'piece' && message.kind !== 'answer' && message.kind !== 'refused') return;
  const asked = waiting.get(message.id);
  if (message.kind === 'piece') {
    asked?.timer?.refresh();
    asked?.onPiece(message.piece);
    return;
  }
  clearTimeout(asked?.timer);
  waiting.delete(message.id);
  if (message.kind === 'answer') asked?.resolve(message.answer);
  else
    asked?.reject(
      message.invalid ? new InvalidQuestion(message.reason, message.code) : new Error(message.reason),
    );
}

/** What cannot be said to a process that is just ending is settled by its end. */
function send(child: ChildProcess, message: ToModelProcess): void {
  child.send(message, () => undefined);
}
