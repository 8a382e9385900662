// Long activities say that they live, and let the event loop breathe while they compute.
import { setImmediate } from 'node:timers/promises';
import { Context } from '@temporalio/activity';

/** A third of the shortest heartbeat timeout, so that one lost beat does no harm. */
const intervalMs = 10_000;

/** What a heartbeat carries: small, and shown by `coppice watch`. */
export type Report = (details: unknown) => void;

/** Heartbeats at an interval while the work goes on, with what was reported last; cancellation comes by the signal. */
export async function withHeartbeat<T>(
  work: (signal: AbortSignal, report: Report) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  let latest: unknown;
  const timer = setInterval(() => context.heartbeat(latest), intervalMs);
  try {
    return await work(context.cancellationSignal, (details) => {
      latest = details;
      context.heartbeat(details); // throttled by the SDK
    });
  } finally {
    clearInterval(timer);
  }
}

/** Longest time that a computation keeps the event loop to itself. */
const sliceMs = 20;

/** @returns a function to call between pieces of work: it lets others run when the slice is used up. */
export function createBreather(signal: AbortSignal): () => Promise<void> {
  let sliceEnds = performance.now() + sliceMs;
  return async () => {
    if (performance.now() < sliceEnds) return;
    await setImmediate();
    signal.throwIfAborted();
    sliceEnds = performance.now() + sliceMs;
  };
}

/** Runs a computation that yields between its pieces, letting others run. */
export async function drain<P, R>(steps: Generator<P, R>, breathe: () => Promise<void>): Promise<R> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await breathe();
  }
}
