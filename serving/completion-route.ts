// POST /v1/completions, in the shapes of the OpenAI API: whole, or by server-sent events.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { formatVersion } from '../contracts/registry.ts';
import { type BegunCompletion, beginCompletion } from './completion.ts';
import {
  type Completion,
  type CompletionRequest,
  completionRequestSchema,
  promptsOf,
  questionOf,
} from './completion-schemas.ts';
import { createTexts, type Texts } from './completion-texts.ts';
import type { HttpServerDependencies } from './route.ts';
import {
  busy,
  find,
  HttpProblem,
  invalidRequest,
  otherTask,
  parse,
  unavailable,
  whileConnected,
} from './route.ts';

export function addCompletions(server: FastifyInstance, dependencies: HttpServerDependencies): void {
  server.post('/v1/completions', (request, reply) => answer(dependencies, request.body, reply));
}

/** An answer under way, and how its end is told. */
interface Open {
  readonly asked: CompletionRequest;
  readonly begun: BegunCompletion;
  readonly texts: Texts;
  readonly signal: AbortSignal;
  /** Once, with the status that it deserves. */
  readonly end: (status: number, promptTokens?: number) => void;
}

async function answer(dependencies: HttpServerDependencies, body: unknown, reply: FastifyReply) {
  const asked = parse(completionRequestSchema, body);
  const model = find(dependencies, asked.model);
  const signal = whileConnected(reply);
  const question = questionOf(asked);
  const begun = await beginCompletion(model, { question, subject: asked.user ?? undefined, signal });
  if (begun.outcome === 'unavailable') throw unavailable(begun.reason);
  if (begun.outcome === 'other-task') throw otherTask(asked.model, begun.task);
  const observe = (status: number, seconds: number) =>
    dependencies.observeRequest({
      ...{ model: asked.model, version: String(begun.version), arm: begun.arm },
      ...{ status, seconds },
    });
  if (begun.outcome !== 'begun') {
    const problem = problemOf(begun.outcome, begun.reason);
    if (begun.outcome !== 'invalid') observe(problem.statusCode, 0);
    throw problem;
  }
  const texts = createTexts(promptsOf(asked), { choices: question.choices, echo: asked.echo === true });
  const end: Open['end'] = (status, promptTokens = 0) => {
    observe(status, begun.seconds);
    const completionTokens = texts.tokens();
    const version = String(begun.version);
    dependencies.countTokens({ model: asked.model, version, promptTokens, completionTokens });
    if (status === 200) dependencies.recordCompletion(begun.record({ promptTokens, completionTokens }));
  };
  const open: Open = { asked, begun, texts, signal, end };
  if (asked.stream !== true) return whole(open);
  return reply
    .type('text/event-stream; charset=utf-8')
    .header('cache-control', 'no-cache')
    .send(Readable.from(events(open)));
}

function problemOf(outcome: 'invalid' | 'busy' | 'gone' | 'failed', reason: string): HttpProblem {
  switch (outcome) {
    case 'invalid':
      return invalidRequest(reason);
    case 'busy':
      return busy(reason);
    case 'failed':
      return unavailable(reason);
    case 'gone':
      return new HttpProblem(499, 'client_closed_request', reason); // nobody reads it
  }
}

async function whole({ asked, begun, texts, signal, end }: Open): Promise<Completion> {
  try {
    const promptTokens = await readAll(begun.pieces, (piece) => texts.add(piece));
    end(200, promptTokens);
    return { ...headOf(asked, begun), choices: texts.choices(), usage: usageOf(promptTokens, texts) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const problem = problemOf(signal.aborted ? 'gone' : 'failed', reason);
    end(problem.statusCode);
    throw problem;
  }
}

async function* events({ asked, begun, texts, signal, end }: Open): AsyncGenerator<string, void> {
  const withUsage = asked.stream_options?.include_usage === true;
  const head = headOf(asked, begun);
  const chunk = (choices: Completion['choices'], usage: Completion['usage'] = null) =>
    event({ ...head, choices, ...(withUsage && { usage }) });
  let status = 499;
  let promptTokens = 0;
  try {
    for (const choice of texts.echoed()) yield chunk([choice]);
    for (;;) {
      const { done, value } = await begun.pieces.next();
      if (done === true) {
        ({ promptTokens } = value);
        break;
      }
      const choice = texts.add(value);
      if (choice) yield chunk([choice]);
    }
    if (withUsage) yield chunk([], usageOf(promptTokens, texts));
    yield 'data: [DONE]\n\n';
    status = 200;
  } catch (error) {
    if (signal.aborted) return;
    status = 503;
    const message = error instanceof Error ? error.message : String(error);
    yield event({ error: { type: 'unavailable', message } });
  } finally {
    end(status, promptTokens);
  }
}

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

async function readAll(pieces: BegunCompletion['pieces'], add: (piece: Parameters<Texts['add']>[0]) => void) {
  for (;;) {
    const { done, value } = await pieces.next();
    if (done === true) return value.promptTokens;
    add(value);
  }
}

function headOf({ model }: CompletionRequest, { id, version }: BegunCompletion) {
  return {
    ...{ id, object: 'text_completion' as const, created: Math.floor(Date.now() / 1_000) },
    ...{ model, system_fingerprint: formatVersion(model, version) },
  };
}

function usageOf(promptTokens: number, texts: Texts) {
  const tokens = texts.tokens();
  return { prompt_tokens: promptTokens, completion_tokens: tokens, total_tokens: promptTokens + tokens };
}
