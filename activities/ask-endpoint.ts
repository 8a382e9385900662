// Asks an endpoint one line of a dataset after the other: OpenAI's chat and completions, or Coppice's classifications.
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Dataset, EvaluationTarget, GivenAnswer } from '../contracts/dataset-evaluation.ts';
import { CoppiceFailure } from '../contracts/failures.ts';

export type Endpoint = Extract<EvaluationTarget, { kind: 'endpoint' }>;

export interface EndpointQuestions {
  readonly dataset: Dataset;
  readonly maximumTokens: number;
  readonly signal: AbortSignal;
  /** Where the key is looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onAnswered: (count: number) => void;
}

const ATONCE = 4;
const TRIES = 4;
const TIMEOUT_MS = 120_000;
const MOST_BYTES = 1024 * 1024;
/** Statuses after which the same question may be answered. */
const AGAIN = [408, 429, 500, 502, 503, 504];

const chatSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
});
const completionSchema = z.object({ choices: z.array(z.object({ text: z.string() })).min(1) });
const classificationSchema = z.object({
  label: z.string(),
  probabilities: z.record(z.string(), z.number()).optional(),
});

/**
 * @returns what came of each line, in their order: a question that stays without an answer is a reason, and no failure
 * @throws InvalidInput where the variable of the key is not set, or the interface does not go with the lines
 */
export async function askEndpoint(endpoint: Endpoint, questions: EndpointQuestions): Promise<GivenAnswer[]> {
  const { dataset, signal, environment, onAnswered } = questions;
  if (dataset.kind === 'answers' && endpoint.interface === 'classifications')
    throw new CoppiceFailure(
      'InvalidInput',
      'the interface classifications gives labels, and the lines expect answers',
    );
  const headers = headersOf(endpoint, environment);
  const dispatcher = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  const labels =
    dataset.kind === 'labels' ? [...new Set(dataset.lines.map(({ label }) => label))].sort() : [];
  const asked = dataset.lines.map((line) => ('prompt' in line ? line.prompt : line.text));
  const given: GivenAnswer[] = [];
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < asked.length) {
      const at = next;
      next += 1;
      const { path, body, read } = questionOf(endpoint, { text: asked[at], labels, ...questions });
      given[at] = await ask(
        { url: `${endpoint.url.replace(/\/$/, '')}${path}`, body, headers, dispatcher, signal },
        read,
      );
      done += 1;
      onAnswered(done);
    }
  };
  try {
    await Promise.all(Array.from({ length: ATONCE }, lane));
    return given;
  } finally {
    await dispatcher.close();
  }
}

function headersOf(
  { keyVariable }: Endpoint,
  environment: EndpointQuestions['environment'],
): Record<string, string> {
  const json = { 'content-type': 'application/json' };
  if (keyVariable === undefined) return json;
  const key = environment[keyVariable];
  if (key === undefined || key === '')
    throw new CoppiceFailure('InvalidInput', `the worker's environment has no variable ${keyVariable}`);
  return { ...json, authorization: `Bearer ${key}` };
}

interface Question {
  readonly path: string;
  readonly body: object;
  readonly read: (answer: unknown) => GivenAnswer;
}

function questionOf(
  { interface: by, model }: Endpoint,
  {
    text,
    labels,
    dataset,
    maximumTokens,
  }: EndpointQuestions & { readonly text: string; readonly labels: readonly string[] },
): Question {
  const read = (answer: string): GivenAnswer =>
    dataset.kind === 'labels' ? labelIn(answer, labels) : { text: answer };
  if (by === 'classifications')
    return {
      path: '/classifications',
      body: { model, input: text },
      read: (it) => classificationSchema.parse(it),
    };
  const prompt =
    dataset.kind === 'labels'
      ? `Which of these labels fits the text? Answer with the label alone.\nLabels: ${labels.join(', ')}\n\nText:\n${text}\n\nLabel:`
      : text;
  const shared = { model, max_tokens: maximumTokens, temperature: 0 };
  if (by === 'chat')
    return {
      path: '/chat/completions',
      body: { ...shared, messages: [{ role: 'user', content: prompt }] },
      read: (it) => read(chatSchema.parse(it).choices[0].message.content ?? ''),
    };
  return {
    path: '/completions',
    body: { ...shared, prompt },
    read: (it) => read(completionSchema.parse(it).choices[0].text),
  };
}

/** A label alone, whatever its case and what stands around it. */
function labelIn(answer: string, labels: readonly string[]): GivenAnswer {
  const plain = (text: string): string =>
    text
      .normalize('NFC')
      .trim()
      .replace(/^["'“‘\s]+|["'”’.\s]+$/gu, '')
      .toLowerCase();
  const [line = ''] = answer.trim().split('\n');
  const label = labels.find((it) => plain(it) === plain(line));
  return label === undefined ? { failure: 'no label in the answer' } : { label };
}

async function ask(
  {
    url,
    body,
    headers,
    dispatcher,
    signal,
  }: { url: string; body: object; headers: Record<string, string>; dispatcher: Agent; signal: AbortSignal },
  read: Question['read'],
): Promise<GivenAnswer> {
  let reason = '';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (attempt > 0) await wait(500 * 2 ** attempt, undefined, { signal });
    try {
      const sent = { method: 'POST' as const, headers, body: JSON.stringify(body), dispatcher, signal };
      const response = await request(url, sent);
      const text = await bounded(response.body);
      if (response.statusCode === 200) return readOr(text, read);
      reason = `status ${response.statusCode}`;
      if (!AGAIN.includes(response.statusCode)) return { failure: reason };
    } catch (error) {
      signal.throwIfAborted();
      reason = error instanceof Error && 'code' in error ? `no answer (${String(error.code)})` : 'no answer';
    }
  }
  return { failure: reason };
}

function readOr(text: string, read: Question['read']): GivenAnswer {
  try {
    return read(JSON.parse(text));
  } catch {
    return { failure: 'an answer of another shape' };
  }
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw Object.assign(new Error('too long'), { code: 'TOO_LONG' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
