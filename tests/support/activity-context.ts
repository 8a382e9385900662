// The context that the SDK gives to an activity while it runs, for activities that are called without a worker.
import { asyncLocalStorage, Context, type Info } from '@temporalio/activity';
import { noopMetricMeter } from '@temporalio/common';

const silent = {
  log: () => undefined,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Runs an activity's code as a worker would. */
export function asActivity<T>(work: () => Promise<T>, signal = new AbortController().signal): Promise<T> {
  const never = new Promise<never>(() => undefined); // as `cancelled` is while nobody cancels
  const info = {} as Info; // nothing of ours reads it
  const heartbeat = () => undefined;
  const context = new Context(info, never, signal, heartbeat, undefined, silent, noopMetricMeter, {});
  return asyncLocalStorage.run(context, work);
}
