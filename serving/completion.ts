// One request to continue texts: who answers it, piece by piece, and the record of it, which holds counts and no text.
import { randomUUID } from 'node:crypto';
import type { CompletionRecord } from '../contracts/observation.ts';
import type { LoadedVersion } from './loaded-version.ts';
import { InvalidQuestion, ProcessBusy } from './model-process.ts';
import { type Arm, circumstances, planFor } from './plan.ts';
import type { ServedModel } from './served-model.ts';
import type { GenerationPiece, GenerationQuestion, GenerationWords } from './tasks/generation-process.ts';

export interface CompletionInput {
  readonly question: GenerationQuestion;
  /** The unit of assignment, always answered by the same arm. */
  readonly subject: string | undefined;
  /** Ends it, at once. */
  readonly signal: AbortSignal;
}

export type Pieces = AsyncGenerator<GenerationPiece, GenerationWords['answer']>;

/** An answer whose first piece is there. */
export interface BegunCompletion {
  readonly outcome: 'begun';
  readonly id: string;
  readonly arm: Arm;
  readonly version: number;
  readonly pieces: Pieces;
  readonly record: (tokens: Pick<CompletionRecord, 'promptTokens' | 'completionTokens'>) => CompletionRecord;
  /** Until the first piece; how long the rest takes is what the client asked for. */
  readonly seconds: number;
}

export type Begun =
  | BegunCompletion
  | { readonly outcome: 'unavailable'; readonly reason: string }
  | { readonly outcome: 'other-task'; readonly task: LoadedVersion['task'] }
  | {
      /** `gone`: the client did not wait. `failed`: the version could not: its own error rate grows by it. */
      readonly outcome: 'invalid' | 'busy' | 'gone' | 'failed';
      readonly version: number;
      readonly arm: Arm;
      readonly reason: string;
    };

/** Begins an answer by the model's routing. Nobody answers in the shadow: two texts that differ are not compared. */
export async function beginCompletion(model: ServedModel, input: CompletionInput): Promise<Begun> {
  const { question, signal } = input;
  const routing = model.routing();
  const id = `cmpl-${randomUUID()}`;
  const subject = input.subject ?? id;
  const plan = routing && planFor(model, routing, subject);
  if (!plan) return { outcome: 'unavailable', reason: `no version of ${model.model} is in service` };
  const { served, arm } = plan;
  if (served.task !== 'language-modelling') return { outcome: 'other-task', task: served.task };

  const { version } = served;
  const at = new Date().toISOString();
  const startedAt = performance.now();
  const pieces = served.continueTexts(question, signal);
  try {
    const first = await pieces.next();
    const seconds = (performance.now() - startedAt) / 1_000;
    const record: BegunCompletion['record'] = (tokens) => ({
      kind: 'completion',
      ...{ id, at, subject, ...circumstances(model.model, routing, plan) },
      ...{ version, latencyMs: seconds * 1_000, ...tokens },
    });
    return { outcome: 'begun', id, arm, version, pieces: resumed(first, pieces), record, seconds };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: outcomeOf(error, signal), version, arm, reason };
  }
}

function outcomeOf(error: unknown, signal: AbortSignal): 'invalid' | 'busy' | 'gone' | 'failed' {
  if (error instanceof InvalidQuestion) return 'invalid';
  if (error instanceof ProcessBusy) return 'busy';
  return signal.aborted ? 'gone' : 'failed';
}

async function* resumed(first: Awaited<ReturnType<Pieces['next']>>, rest: Pieces): Pieces {
  if (first.done === true) return first.value;
  yield first.value;
  return yield* rest;
}
