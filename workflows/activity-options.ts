// A few named sets of timeouts for activities. Attempts are bounded everywhere: a payload that is too large fails
// retryably in this SDK, and would otherwise be tried for ever.
import type { ActivityOptions } from '@temporalio/workflow';
import { nonRetryableFailures } from '../contracts/failures.ts';
import { taskQueues } from '../contracts/task-queues.ts';

const retry = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '30 seconds',
  nonRetryableErrorTypes: nonRetryableFailures,
} as const;

/** Reads and small writes. */
export const quick: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: { ...retry, maximumAttempts: 20 },
};

/** One look at something that is looked at again: few attempts, since the next look is one as well. */
export const look: ActivityOptions = { ...quick, retry: { ...retry, maximumAttempts: 3 } };

/** The single writer of the registry. */
export const registry: ActivityOptions = { ...quick, taskQueue: taskQueues.registry };

/** Moves and computes data; heartbeats while it does. */
export const compute: ActivityOptions = {
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '30 seconds',
  retry: { ...retry, maximumAttempts: 8 },
};

/** Told in seconds, by the process that would train. */
export const planning: ActivityOptions = {
  taskQueue: taskQueues.planning,
  startToCloseTimeout: '90 seconds',
  retry: { ...retry, maximumAttempts: 3 },
};

/** One at a time, on the process beside the worker; resumes from its checkpoint at each attempt. */
export const training: ActivityOptions = {
  ...compute,
  taskQueue: taskQueues.training,
  startToCloseTimeout: '7 days',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED', // the trainer writes a checkpoint before it stops
  retry: { ...retry, maximumAttempts: 20 },
};
