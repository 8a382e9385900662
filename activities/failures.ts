// The edge between our code and Temporal: every error leaves an activity as an `ApplicationFailure` whose type stands
// in the table of contracts/failures.ts.
import { ApplicationFailure } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { NotCanonical } from '../artifacts/canonical-json.ts';
import { CoppiceFailure, failures } from '../contracts/failures.ts';
import { MetricUndefined } from '../pipeline/evaluation/metric-undefined.ts';
import { ModelFormatError } from '../pipeline/model/config.ts';

/**
 * @returns the failure that Temporal records; an error that is not of the table is passed on as it is and retried, as
 * a surprise that may go away
 */
export function toApplicationFailure(error: unknown): unknown {
  const failure = toCoppiceFailure(error);
  if (!failure) return error;
  return ApplicationFailure.create({
    type: failure.type,
    message: failure.message,
    nonRetryable: !failures[failure.type].retries,
    details: [failure.details],
    ...(failure.cause instanceof Error && { cause: failure.cause }),
  });
}

/** The typed errors of the pure rooms, in the words of the table. */
function toCoppiceFailure(error: unknown): CoppiceFailure | undefined {
  if (error instanceof CoppiceFailure) return error;
  if (error instanceof MetricUndefined) {
    return new CoppiceFailure('InvalidInput', error.message, { metric: error.metric });
  }
  if (error instanceof ModelFormatError) return new CoppiceFailure('InvalidInput', error.message);
  if (error instanceof NotCanonical) return new CoppiceFailure('InvariantViolated', error.message);
  return undefined;
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
