// Asks a thread of its own one thing: what takes seconds of computing would keep the worker's event loop from heartbeats
// and everything else.
import { Worker } from 'node:worker_threads';
import { CoppiceFailure } from '../contracts/failures.ts';

/**
 * @param entry what the thread runs: it reads its job from `workerData`, and posts one message
 * @param signal once aborted, the thread is ended
 * @returns the message; T is whatever the thread posts
 * @throws the signal's reason where it is aborted; CoppiceFailure OutOfMemory; what else went wrong
 */
export async function askThread(entry: URL, job: unknown, signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted();
  const thread = new Worker(entry, { workerData: job, execArgv: [] });
  const answer = new Promise<unknown>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', (error: Error) => reject(toFailure(error)));
    thread.once('exit', (code) => reject(new Error(`the thread ended without a word (code ${code})`)));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    return await answer;
  } finally {
    await thread.terminate();
  }
}

function toFailure(error: Error): Error {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new CoppiceFailure('OutOfMemory', 'the evaluation needs more memory than a thread may have')
    : error;
}
