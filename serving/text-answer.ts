// An answer in texts, whole or by server-sent events: what /v1/completions and /v1/chat/completions share. The shapes are
// those of the route.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { formatVersion } from '../contracts/registry.ts';
import { type BegunCompletion, beginCompletion } from './completion.ts';
import type { Texts } from './completion-texts.ts';
import { errorBody } from './error-answers.ts';
import { InvalidQuestion } from './model-process.ts';
import type { HttpServerDependencies } from './route.ts';
import {
  busy,
  clientGone,
  find,
  type HttpProblem,
  invalidRequest,
  otherTask,
  unavailable,
  whileConnected,
} from './route.ts';
import type { GenerationQuestion } from './tasks/generation-process.ts';
import type { LanguageVersion } from './tasks/generation-version.ts';
import { requestedVersion } from './tester.ts';

/** What is asked for, and how a route tells it. */
export interface TextRequest<Choice, Part> {
  readonly model: string;
  readonly user: string | undefined;
  readonly stream: boolean;
  /** One more event at the end of a stream. */
  readonly withUsage: boolean;
  /** The field that holds what is to be continued. */
  readonly field: 'prompt' | 'messages';
  /** With which ids begin. */
  readonly prefix: 'cmpl' | 'chatcmpl';
  readonly objects: { readonly whole: string; readonly part: string };
  /** @throws InvalidQuestion where the version cannot be asked so */
  readonly questionFor: (version: LanguageVersion) => GenerationQuestion;
  readonly texts: Texts<Choice, Part>;
}

/** An answer under way, and how its end is told. */
interface Open<Choice, Part> {
  readonly asked: TextRequest<Choice, Part>;
  readonly begun: BegunCompletion;
  readonly signal: AbortSignal;
  /** Before its end is told: keeps its texts, where they are to be kept. */
  readonly capture: () => Promise<void>;
  /** Once, with the status that it deserves. */
  readonly end: (status: number, promptTokens?: number) => void;
}

/** @throws HttpProblem where nobody can answer it */
export async function answerTexts<Choice, Part>(
  dependencies: HttpServerDependencies,
  asked: TextRequest<Choice, Part>,
  reply: FastifyReply,
) {
  const model = find(dependencies, asked.model);
  const signal = whileConnected(reply);
  const { questionFor, user: subject, prefix } = asked;
  const version = requestedVersion(reply.request.headers, model);
  const begun = await beginCompletion(model, { questionFor, subject, version, prefix, signal });
  if (begun.outcome === 'unavailable') throw unavailable(begun.reason);
  if (begun.outcome === 'other-task') throw otherTask(asked.model, begun.task);
  const observe = (status: number, seconds: number) =>
    dependencies.observeRequest({
      ...{ model: asked.model, version: String(begun.version), arm: begun.arm },
      ...{ status, seconds },
    });
  if (begun.outcome !== 'begun') {
    const problem = problemOf(begun.outcome, begun.error, asked.field);
    if (begun.outcome !== 'invalid') observe(problem.statusCode, 0);
    throw problem;
  }
  const end: Open<Choice, Part>['end'] = (status, promptTokens = 0) => {
    observe(status, begun.seconds);
    const completionTokens = asked.texts.tokens();
    const answeredBy = String(begun.version);
    dependencies.countTokens({ model: asked.model, version: answeredBy, promptTokens, completionTokens });
    const record = begun.record({ promptTokens, completionTokens });
    if (status !== 200 || !record) return;
    dependencies.accepted.remember(record, begun.prompts);
    dependencies.recordCompletion(record, begun.texts);
  };
  const capture = async () => {
    const record = begun.record({ promptTokens: 0, completionTokens: 0 });
    if (record) await dependencies.capture(record, begun.texts);
  };
  const open = { asked, begun, signal, capture, end };
  if (!asked.stream) return whole(open);
  return reply
    .type('text/event-stream; charset=utf-8')
    .header('cache-control', 'no-cache')
    .send(Readable.from(events(open)));
}

function problemOf(
  outcome: 'invalid' | 'busy' | 'gone' | 'failed',
  error: unknown,
  field: 'prompt' | 'messages' = 'prompt',
): HttpProblem {
  const reason = error instanceof Error ? error.message : String(error);
  switch (outcome) {
    case 'invalid': {
      const code = error instanceof InvalidQuestion ? error.code : undefined;
      return invalidRequest(reason.replace(/^prompt(?=[.:])/, field), { param: field, code: code ?? null });
    }
    case 'busy':
      return busy(reason);
    case 'failed':
      return unavailable(reason);
    case 'gone':
      return clientGone(reason);
  }
}

async function whole<Choice, Part>({ asked, begun, signal, capture, end }: Open<Choice, Part>) {
  const { texts, objects } = asked;
  try {
    const promptTokens = await readAll(begun.pieces, (piece) => texts.add(piece));
    await capture();
    end(200, promptTokens);
    const usage = usageOf(promptTokens, texts);
    return { ...headOf(asked, begun, objects.whole), choices: texts.choices(), usage };
  } catch (error) {
    const problem = problemOf(signal.aborted ? 'gone' : 'failed', error);
    end(problem.statusCode);
    throw problem;
  }
}

async function* events<Choice, Part>(open: Open<Choice, Part>): AsyncGenerator<string, void> {
  const { asked, begun, signal, capture, end } = open;
  const { texts, withUsage, objects } = asked;
  const head = headOf(asked, begun, objects.part);
  const chunk = (choices: readonly Part[], usage: ReturnType<typeof usageOf> | null = null) =>
    event({ ...head, choices, ...(withUsage && { usage }) });
  let status = 499;
  let promptTokens = 0;
  try {
    for (const part of texts.opening()) yield chunk([part]);
    for (;;) {
      const { done, value } = await begun.pieces.next();
      if (done === true) {
        ({ promptTokens } = value);
        break;
      }
      for (const part of texts.add(value)) yield chunk([part]);
    }
    if (withUsage) yield chunk([], usageOf(promptTokens, texts));
    await capture();
    yield 'data: [DONE]\n\n';
    status = 200;
  } catch (error) {
    if (signal.aborted) return;
    status = 503;
    yield event(errorBody(problemOf('failed', error)));
  } finally {
    end(status, promptTokens);
  }
}

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

async function readAll(
  pieces: BegunCompletion['pieces'],
  add: (piece: Parameters<Texts<unknown, unknown>['add']>[0]) => void,
) {
  for (;;) {
    const { done, value } = await pieces.next();
    if (done === true) return value.promptTokens;
    add(value);
  }
}

function headOf({ model }: { readonly model: string }, { id, version }: BegunCompletion, object: string) {
  return {
    ...{ id, object, created: Math.floor(Date.now() / 1_000) },
    ...{ model, system_fingerprint: formatVersion(model, version) },
  };
}

function usageOf(promptTokens: number, texts: Pick<Texts<unknown, unknown>, 'tokens'>) {
  const tokens = texts.tokens();
  return { prompt_tokens: promptTokens, completion_tokens: tokens, total_tokens: promptTokens + tokens };
}
