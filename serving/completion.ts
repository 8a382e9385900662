// One request to continue texts: who answers it, piece by piece, and the record of it, which holds counts and no text.
import type { CaptureRecord, CompletionRecord } from '../contracts/observation.ts';
import { promptText } from '../pipeline/generation/prompt-parts.ts';
import type { LoadedVersion } from './loaded-version.ts';
import { InvalidQuestion, ProcessBusy } from './model-process.ts';
import { type Arm, circumstances, nobodyAnswers, planFor } from './plan.ts';
import type { ServedModel } from './served-model.ts';
import type { GenerationPiece, GenerationQuestion, GenerationWords } from './tasks/generation-process.ts';
import type { LanguageVersion } from './tasks/generation-version.ts';

export interface CompletionInput {
  /** @throws InvalidQuestion where the version cannot be asked so */
  readonly questionFor: (version: LanguageVersion) => GenerationQuestion;
  /** The unit of analysis. */
  readonly subject: string | undefined;
  /** The version that a tester names. */
  readonly version: number | undefined;
  /** With which the answer's id begins. */
  readonly prefix: string;
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
  /** What is continued. */
  readonly prompts: GenerationQuestion['prompts'];
  /** What has come so far, with the prompt that it continues. */
  readonly texts: () => CaptureRecord['texts'];
  /** Of a tester, and of a prompt alone, there is none. */
  readonly record: (
    tokens: Pick<CompletionRecord, 'promptTokens' | 'completionTokens'>,
  ) => CompletionRecord | undefined;
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
      readonly error: unknown;
    };

/** Begins an answer by the model's routing. Nobody answers in the shadow: two texts that differ are not compared. */
export async function beginCompletion(model: ServedModel, input: CompletionInput): Promise<Begun> {
  const { questionFor, prefix, signal } = input;
  const routing = model.routing();
  const id = model.responseIds.issue(prefix);
  const subject = input.subject ?? id;
  const plan = routing && planFor(model, routing, { subject, id, version: input.version });
  if (!plan) return { outcome: 'unavailable', reason: nobodyAnswers(model, input.version) };
  const { served, arm } = plan;
  if (served.task !== 'language-modelling') return { outcome: 'other-task', task: served.task };

  const { version } = served;
  const at = new Date().toISOString();
  const startedAt = performance.now();
  try {
    const question = questionFor(served);
    const pieces = served.continueTexts(question, signal);
    const rows = question.prompts.flatMap((prompt) =>
      Array.from({ length: question.choices }, () => ({ input: promptText(prompt), output: '' })),
    );
    const first = await pieces.next();
    const seconds = (performance.now() - startedAt) / 1_000;
    const isText = question.maximumNewTokens > 0; // a given text that is scored is nobody's answer
    const known = isText ? circumstances(model.model, routing, plan) : undefined;
    const record: BegunCompletion['record'] = (tokens) =>
      known && {
        kind: 'completion',
        ...{ id, at, subject, ...known },
        ...{ version, latencyMs: seconds * 1_000, ...tokens },
      };
    return {
      ...{ outcome: 'begun', id, arm, version, record, seconds, prompts: question.prompts },
      pieces: noted(resumed(first, pieces), ({ row, text }) => {
        rows[row].output += text;
      }),
      texts: () => rows,
    };
  } catch (error) {
    return { outcome: outcomeOf(error, signal), version, arm, error };
  }
}

function outcomeOf(error: unknown, signal: AbortSignal): 'invalid' | 'busy' | 'gone' | 'failed' {
  if (error instanceof InvalidQuestion) return 'invalid';
  if (error instanceof ProcessBusy) return 'busy';
  return signal.aborted ? 'gone' : 'failed';
}

async function* noted(pieces: Pieces, note: (piece: GenerationPiece) => void): Pieces {
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return next.value;
    note(next.value);
    yield next.value;
  }
}

async function* resumed(first: Awaited<ReturnType<Pieces['next']>>, rest: Pieces): Pieces {
  if (first.done === true) return first.value;
  yield first.value;
  return yield* rest;
}
