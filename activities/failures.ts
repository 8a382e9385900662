// The edge between our code and Temporal: every error leaves an activity as an `ApplicationFailure` whose type stands
// in the table of contracts/failures.ts.
import { ApplicationFailure } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { CoppiceFailure, failures } from '../contracts/failures.ts';

/**
 * @returns the failure that Temporal records; an error that is not of the table is passed on as it is and retried, as
 * a surprise that may go away
 */
export function toApplicationFailure(error: unknown): unknown {
  if (!(error instanceof CoppiceFailure)) return error;
  return ApplicationFailure.create({
    type: error.type,
    message: error.message,
    nonRetryable: !failures[error.type].retries,
    details: [error.details],
    ...(error.cause instanceof Error && { cause: error.cause }),
  });
}

/** Translates what every activity of a worker throws. */
export function createFailureInterceptor(): ActivityInboundCallsInterceptor {
  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
      try {
        return await next(input);
      } catch (error) {
        throw toApplicationFailure(error);
      }
    },
  };
}
