// Updates as people and machines send them: checked before anything stands in the history, answered in words.
import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, isCancellation, setHandler, TemporalFailure } from '@temporalio/workflow';
import type { z } from 'zod';
import { rootMessage } from './failures.ts';

/**
 * Sets the handler of an update. What does not fit the schema is refused, and defaults are filled in; a failure on the
 * way is told in the words of whoever failed first.
 */
export function handleUpdate<S extends z.ZodType, A>(
  definition: UpdateDefinition<A, [z.output<S>]>,
  schema: S,
  handle: (request: z.output<S>) => A | Promise<A>,
): void {
  const answer = async (request: z.output<S>): Promise<A> => {
    try {
      return await handle(schema.parse(request));
    } catch (error) {
      if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
      throw ApplicationFailure.nonRetryable(rootMessage(error), 'InvalidInput');
    }
  };
  setHandler(definition, answer, { validator: (request) => refuseMisfit(schema, request) });
}

function refuseMisfit(schema: z.ZodType, request: unknown): void {
  const { error } = schema.safeParse(request);
  if (!error) return;
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || '(request)'}: ${message}`);
  throw ApplicationFailure.nonRetryable(problems.join('; '), 'InvalidInput');
}
