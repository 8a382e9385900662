// Waits for what will be true, instead of sleeping and hoping.
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither undefined nor false.
 * @param label what is waited for, for the message
 * @param until asked every 50 ms; a throw counts as not yet, and the last is the error's cause
 * @returns the answer
 * @throws Error naming the label when the time is over
 */
export async function poll<T>(
  label: string,
  until: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs: number,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await until();
      if (answer !== undefined && answer !== false) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) throw new Error(`${label}: not within ${timeoutMs} ms`, { cause });
    await pause(50);
  }
}
