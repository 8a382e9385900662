// Threads that stay between questions: what they load to answer from takes longer than a question.
import { Worker } from 'node:worker_threads';
import { createTurns } from '../pipeline/turns.ts';

export interface KeptThreads {
  /**
   * @param key what the thread has loaded; a thread of the same key answers without loading again
   * @param load what a new thread reads from `workerData`
   * @param question posted to the thread, which posts one message back
   * @throws the signal's reason where it is aborted, and ends the thread; whatever ended the thread
   */
  ask(
    work: { readonly key: string; readonly load: () => Promise<unknown>; readonly question: unknown },
    signal: AbortSignal,
  ): Promise<unknown>;
}

interface Idle {
  readonly key: string;
  readonly thread: Worker;
  readonly timer: NodeJS.Timeout;
}

/** A model takes memory, and the next shard of a batch comes at once. */
const keptForMs = 30_000;

/** @param entry what each thread runs; @param atOnce threads that work, and that are kept */
export function createKeptThreads(entry: URL, atOnce: number): KeptThreads {
  const turns = createTurns(atOnce);
  const idle: Idle[] = []; // used last stands last

  const drop = (gone: Idle): void => {
    idle.splice(idle.indexOf(gone), 1);
    clearTimeout(gone.timer);
    void gone.thread.terminate();
  };
  const take = async (key: string, load: () => Promise<unknown>): Promise<Worker> => {
    const found = idle.findLast((it) => it.key === key);
    if (found) {
      idle.splice(idle.indexOf(found), 1);
      clearTimeout(found.timer);
      found.thread.ref();
      return found.thread;
    }
    const thread = new Worker(entry, { workerData: await load(), execArgv: [] });
    thread.on('error', () => undefined); // each question hears it itself
    return thread;
  };
  const keep = (key: string, thread: Worker): void => {
    const timer = setTimeout(() => drop(kept), keptForMs).unref();
    const kept: Idle = { key, thread, timer };
    thread.unref(); // an idle one keeps no process alive
    idle.push(kept);
    if (idle.length > atOnce) drop(idle[0]);
  };

  return {
    ask: ({ key, load, question }, signal) =>
      turns.take(async () => {
        const thread = await take(key, load);
        try {
          const answer = await ask(thread, question, signal);
          keep(key, thread);
          return answer;
        } catch (error) {
          await thread.terminate();
          throw error;
        }
      }, signal),
  };
}

async function ask(thread: Worker, question: unknown, signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted();
  const ended = new AbortController(); // takes the listeners away
  try {
    return await new Promise<unknown>((resolve, reject) => {
      const leave = (code: number): void =>
        reject(new Error(`the thread ended without a word (code ${code})`));
      const abort = (): void => reject(signal.reason as Error);
      thread.once('message', resolve).once('error', reject).once('exit', leave);
      signal.addEventListener('abort', abort, { once: true });
      ended.signal.addEventListener('abort', () => {
        thread.off('message', resolve).off('error', reject).off('exit', leave);
        signal.removeEventListener('abort', abort);
      });
      thread.postMessage(question);
    });
  } finally {
    ended.abort();
  }
}
