// A version's model process as long as the version is served: one that crashes is started again, one that takes too much
// memory is replaced by a fresh one, and whoever had asked is answered by the next.
import {
  type AskOptions,
  type ModelProcess,
  ProcessBusy,
  ProcessEnded,
  startModelProcess,
} from './model-process.ts';
import type { LoadMessage, Vitals } from './model-protocol.ts';
import type { TaskWords } from './tasks/task.ts';

export interface SupervisedProcess<T extends TaskWords> {
  readonly facts: T['facts'];
  /**
   * As that of a model process. A process that ends is no reason to fail, once: the next one is asked the same, unless
   * pieces were told.
   * @throws also Error where no process could be started
   */
  ask(question: T['question'], options?: AskOptions<T>): Promise<T['answer']>;
  /** Holds the process, as a question does: for work that ends in one. */
  during<R>(work: () => Promise<R>): Promise<R>;
  /** Of the process that answers now; undefined while one is started. */
  readonly pid: () => number | undefined;
  /** Resolves where the process has ended and no other takes its place. */
  readonly ended: Promise<void>;
  /** Ends it once nothing was asked for a moment, and everything is answered. */
  retire(): void;
  stop(): void;
}

/** Hears how a version's process does. */
export interface ModelProcessObserver {
  /** @param open questions that are not answered yet, and how many there may be */
  readonly queued: (open: number, capacity: number) => void;
  readonly computed: (batches: Vitals['batches']) => void;
  readonly restarted: (reason: RestartReason) => void;
  /** The version is no longer served. */
  readonly gone: () => void;
}

/** Why another process took the place of one. */
export type RestartReason = 'ended' | 'memory';

export interface SupervisionOptions {
  readonly maximumWaiting: number;
  readonly silenceMs: number;
  /** A process that holds more is replaced; absent: twice what it held first, and 512 MiB more. */
  readonly memoryBytes?: number;
  readonly observer: ModelProcessObserver;
}

/** Room for what requests take. */
const spareBytes = 512 * 1024 * 1024;
/** A model that is simply larger than its limit is not loaded over and over. */
const replaceEveryMs = 60_000;
/** A version whose processes end so soon, so often, is broken. */
const crashesTold = 3;
const crashWindowMs = 60_000;
/** A request that chose this version a moment ago may still be on its way to it. */
const quietMs = 1_000;

/** @throws Error with the reason where the version cannot be loaded */
export async function superviseModelProcess<T extends TaskWords>(
  load: Omit<LoadMessage, 'kind'>,
  { maximumWaiting, silenceMs, memoryBytes, observer }: SupervisionOptions,
): Promise<SupervisedProcess<T>> {
  const crashes: number[] = [];
  let open = 0;
  let usedAt = 0;
  let stopped = false;
  let replacedAt = -Infinity;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  void ended.then(observer.gone);
  observer.queued(open, maximumWaiting);

  const start = async (): Promise<ModelProcess<T>> => {
    let limit = memoryBytes;
    const process: ModelProcess<T> = await startModelProcess<T>(load, {
      ...{ maximumWaiting, silenceMs },
      onVitals: ({ residentBytes, batches }) => {
        observer.computed(batches);
        limit ??= 2 * residentBytes + spareBytes;
        if (residentBytes > limit) void replace(process);
      },
    });
    if (stopped) process.stop();
    void process.ended.then(() => crashed(process));
    return process;
  };

  /** The process that answers, or its successor in the making. */
  let current: Promise<ModelProcess<T>>;
  let answering: ModelProcess<T> | undefined;
  /** Whoever answers by now: it may have changed while something was awaited. */
  const present = (): ModelProcess<T> | undefined => answering;
  const become = (next: Promise<ModelProcess<T>>): Promise<ModelProcess<T>> => {
    current = next;
    answering = undefined;
    return next.then(
      (process) => {
        answering = process;
        return process;
      },
      (error: unknown) => {
        end();
        throw error;
      },
    );
  };

  const crashed = (process: ModelProcess<T>): void => {
    if (process !== answering) return; // it had been replaced
    const now = performance.now();
    crashes.push(now);
    const recent = crashes.filter((at) => now - at < crashWindowMs).length;
    if (stopped || recent > crashesTold) {
      end();
      return;
    }
    observer.restarted('ended');
    become(start()).catch(() => undefined); // told by `ended`, and to whoever asks
  };

  const replace = async (process: ModelProcess<T>): Promise<void> => {
    const now = performance.now();
    if (stopped || process !== answering || now - replacedAt < replaceEveryMs) return;
    replacedAt = now;
    observer.restarted('memory');
    // One that cannot be started leaves the old one where it is.
    const fresh = await start().catch(() => undefined);
    if (!fresh) return;
    const old = present();
    await become(Promise.resolve(fresh));
    await until(() => (old?.waiting() ?? 0) === 0);
    old?.stop();
  };

  const during = async <R>(work: () => Promise<R>): Promise<R> => {
    usedAt = performance.now();
    open += 1;
    observer.queued(open, maximumWaiting);
    try {
      return await work();
    } finally {
      open -= 1;
      observer.queued(open, maximumWaiting);
    }
  };

  const ask: SupervisedProcess<T>['ask'] = (question, options) =>
    during(async () => {
      // Beside what the process counts itself: nobody counts those who wait for one.
      if (!answering && open > maximumWaiting) throw new ProcessBusy(`${open} requests wait already`);
      const told = { any: false };
      const onPiece = (piece: T['piece']): void => {
        told.any = true;
        options?.onPiece?.(piece);
      };
      const process = answering ?? (await current);
      try {
        return await process.ask(question, { ...options, onPiece });
      } catch (error) {
        if (!(error instanceof ProcessEnded) || told.any || stopped) throw error;
        await process.ended; // its channel closes a little sooner
        return (answering ?? (await current)).ask(question, options);
      }
    });

  const stop = (): void => {
    stopped = true;
    answering?.stop();
    if (!answering) end();
  };
  const first = await become(start());
  return {
    facts: first.facts,
    pid: () => answering?.pid,
    ...{ ask, during, ended, stop },
    retire: () => void until(() => open === 0 && performance.now() - usedAt > quietMs).then(stop),
  };
}

/** Looks now and then, and keeps nobody alive. */
function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!holds()) return;
      clearInterval(timer);
      resolve();
    }, 50).unref();
  });
}
