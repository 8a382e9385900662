// Which answers of a store are worth asking again at once: those of a store that is busy or went away for a moment.
// What takes longer is for the workflow, whose retries survive this process.
import { setTimeout as wait } from 'node:timers/promises';
import { CoppiceFailure } from '../contracts/failures.ts';

/** With the waits below it covers a restart of a proxy, not one of a store. */
const attempts = 4;
const firstWaitMs = 100;

/** S3's words for "later". */
const busyCodes = new Set([
  'SlowDown',
  'ServiceUnavailable',
  'InternalError',
  'RequestTimeout',
  'OperationAborted',
]);
const socketCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** npm minio tells of a status that passes in words alone. */
const busyWords = /Retryable HTTP status: \d{3}/;

/** @param error of the store's client, of a presigned request, or of the socket */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof CoppiceFailure) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (busyCodes.has(code) || socketCodes.has(code) || busyWords.test(error.message)) return true;
  return 'statusCode' in error && (error.statusCode === 429 || Number(error.statusCode) >= 500);
}

/** The wait before the next attempt, doubled each time. @param attempt from 1 */
export async function waitBefore(attempt: number): Promise<void> {
  await wait(firstWaitMs * 2 ** (attempt - 1));
}

/** @throws what the last attempt threw */
export async function withRetries<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (attempt === attempts || !isPassing(error)) throw error;
      await waitBefore(attempt);
    }
  }
}
