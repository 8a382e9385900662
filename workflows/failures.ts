// What an error was at its root: Temporal wraps an activity's failure once for each workflow that it passes.
import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure } from '@temporalio/workflow';
import type { FailureType } from '../contracts/failures.ts';

function rootCause(error: unknown): unknown {
  const wraps = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  return wraps && error.cause ? rootCause(error.cause) : error;
}

/** @returns whether the failure that began it is one of these types */
export function isFailure(error: unknown, ...types: readonly FailureType[]): boolean {
  const cause = rootCause(error);
  return cause instanceof ApplicationFailure && types.some((type) => type === cause.type);
}

/** In the words of whoever failed first. */
export function rootMessage(error: unknown): string {
  const cause = rootCause(error);
  return cause instanceof Error ? cause.message : String(cause);
}
