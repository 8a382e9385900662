// What Temporal has none of: an absence is an answer, and no failure.
import { ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client';

/** @returns undefined where there is no such workflow or schedule */
export async function absentIsUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}
