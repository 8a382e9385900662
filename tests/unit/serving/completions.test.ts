// POST /v1/completions over versions that say what a test tells them to: shapes, streams, refusals, records.
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CompletionRecord } from '../../../contracts/observation.ts';
import type { Completion } from '../../../serving/completion-schemas.ts';
import type { LoadedVersion } from '../../../serving/loaded-version.ts';
import { InvalidQuestion, ProcessBusy } from '../../../serving/model-process.ts';
import type { HttpServerDependencies } from '../../../serving/route.ts';
import type { ServedModel } from '../../../serving/served-model.ts';
import type { LanguageVersion } from '../../../serving/tasks/generation-version.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { createLanguageVersion, createVersion, servedModelOf } from '../../support/served-versions.ts';

type Observed = Parameters<HttpServerDependencies['observeRequest']>[0];
type Continue = LanguageVersion['continueTexts'];
type Asked = Parameters<Continue>[0];

let served: ServedModel;
let observed: Observed[];
let tokens: Parameters<HttpServerDependencies['countTokens']>[0][];
let records: CompletionRecord[];
let server: ReturnType<typeof createGatewayServer>;
const serve = (version: LoadedVersion) => {
  served = servedModelOf([version], null);
};

beforeEach(() => {
  serve(createLanguageVersion(1));
  [observed, tokens, records] = [[], [], []];
  server = createGatewayServer(() => served, {
    recordCompletion: (record) => records.push(record),
    observeRequest: (it) => observed.push(it),
    countTokens: (it) => tokens.push(it),
  });
});
afterEach(() => server.close());

const post = (payload: object) => server.inject({ method: 'POST', url: '/v1/completions', payload });
const complete = async (overrides: object = {}) => {
  const reply = await post({ model: 'mail-filter', prompt: 'a', ...overrides });
  return { status: reply.statusCode, headers: reply.headers, body: reply.json<unknown>() };
};
const stream = async (overrides: object = {}) => {
  const reply = await post({ model: 'mail-filter', prompt: 'a', stream: true, ...overrides });
  expect(reply.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  return reply.body.split('\n\n').filter(Boolean);
};
const dataOf = (event: string) => JSON.parse(event.replace(/^data: /, '')) as Completion;
const statuses = () => observed.map(({ version, arm, status }) => [version, arm, status]);
/** Says a piece, then fails as told. */
const failing = (error: Error, first = true): Continue =>
  async function* fail() {
    if (first) yield await Promise.resolve({ row: 0, text: 'be', tokens: 1 });
    throw error;
  };

describe('a completion', () => {
  it('is told whole: texts by prompt, why each ended, and tokens', async () => {
    const { status, body } = await complete({ prompt: ['a', 'b'], n: 2 });
    expect(status).toBe(200);
    const choice = (index: number) => ({
      ...{ index, text: 'text of 1', logprobs: null, finish_reason: 'length' },
    });
    expect(body).toMatchObject({
      object: 'text_completion',
      ...{ model: 'mail-filter', system_fingerprint: 'mail-filter@1' },
      choices: [0, 1, 2, 3].map(choice),
      usage: { prompt_tokens: 10, completion_tokens: 12, total_tokens: 22 },
    });
    expect(statuses()).toEqual([['1', 'champion', 200]]);
    expect(tokens).toMatchObject([{ version: '1', promptTokens: 10, completionTokens: 12 }]);
  });

  it('is written down without a word of prompt or text', async () => {
    await complete({ prompt: 'my secret', user: 'kim' });
    expect(records).toMatchObject([
      { kind: 'completion', subject: 'kim', arm: 'champion', version: 1, generation: 7 },
    ]);
    expect(records).toMatchObject([{ promptTokens: 5, completionTokens: 3 }]);
    expect(JSON.stringify(records)).not.toMatch(/secret|text of/);
  });

  it('comes as events that end, with the usage where it is asked for', async () => {
    const events = await stream();
    expect(events.at(-1)).toBe('data: [DONE]');
    const chunks = events.slice(0, -1).map(dataOf);
    expect(chunks.map(({ choices }) => [choices[0].text, choices[0].finish_reason])).toEqual([
      ['text of ', null],
      ['1', 'length'],
    ]);
    expect(chunks[0]).not.toHaveProperty('usage');
    const counted = (await stream({ stream_options: { include_usage: true } })).slice(0, -1).map(dataOf);
    expect(counted.map(({ usage }) => usage?.total_tokens)).toEqual([undefined, undefined, 8]);
    expect(counted.at(-1)?.choices).toEqual([]);
    expect(records).toHaveLength(2);
  });

  it('begins with its prompt where that is asked for', async () => {
    expect((await complete({ echo: true, prompt: 'say: ' })).body).toMatchObject({
      choices: [{ text: 'say: text of 1' }],
    });
    const [first] = await stream({ echo: true, prompt: 'say: ' });
    expect(dataOf(first).choices).toMatchObject([{ text: 'say: ', finish_reason: null }]);
  });

  it('tells the probabilities of its tokens, and of those in their place', async () => {
    const told = (text: string, logProbability: number) => ({ text, logProbability });
    serve(
      createLanguageVersion(1, async function* speak() {
        const alternatives = [told('나', -1), told('x', -3)];
        yield await Promise.resolve({
          row: 0,
          text: '',
          tokens: 1,
          told: { ...told('👩', -2), alternatives },
        });
        const last = { ...told('b', -0.5), alternatives: [told('b', -0.5)] };
        yield { row: 0, text: '👩b', tokens: 1, told: last, finish: 'length' };
        return { promptTokens: 1 };
      }),
    );
    const logprobs = {
      tokens: ['👩', 'b'],
      token_logprobs: [-2, -0.5],
      top_logprobs: [{ 나: -1, x: -3, '👩': -2 }, { b: -0.5 }],
      text_offset: [0, 1],
    };
    expect((await complete({ logprobs: 2 })).body).toMatchObject({ choices: [{ text: '👩b', logprobs }] });
  });

  it('tells the probabilities of the prompt before those of its text, where it begins with the prompt', async () => {
    const asked: Asked[] = [];
    serve(
      createLanguageVersion(1, async function* speak(question) {
        asked.push(question);
        const [first, second] = ['저', 'a'].map((text) => ({
          ...{ row: 0, tokens: 0 },
          text: '',
          given: { text },
        }));
        yield await Promise.resolve({
          ...first,
          given: { ...first.given, logProbability: null, alternatives: [] },
        });
        const alternatives = [{ text: 'x', logProbability: -0.5 }];
        yield { ...second, given: { ...second.given, logProbability: -2, alternatives } };
        const told = { text: 'b', logProbability: -1, alternatives: [] };
        yield { row: 0, text: 'b', tokens: 1, told, finish: 'length' };
        return { promptTokens: 2 };
      }),
    );
    const request = { prompt: '저a', echo: true, logprobs: 1 };
    const logprobs = {
      tokens: ['저', 'a', 'b'],
      token_logprobs: [null, -2, -1],
      top_logprobs: [null, { x: -0.5, a: -2 }, { b: -1 }],
      text_offset: [0, 1, 2],
    };
    const { body } = await complete(request);
    const usage = { prompt_tokens: 2, completion_tokens: 1 };
    expect(body).toMatchObject({ choices: [{ text: '저ab', logprobs, finish_reason: 'length' }], usage });
    const chunks = (await stream(request)).slice(0, -1).map(dataOf);
    expect(chunks.map(({ choices: [{ text }] }) => text)).toEqual(['저a', '', '', 'b']);
    expect(chunks.flatMap(({ choices: [it] }) => it.logprobs?.tokens ?? [])).toEqual(logprobs.tokens);
    expect(records).toHaveLength(2);
    await complete({ ...request, max_tokens: 0 });
    expect(records).toHaveLength(2); // nobody was answered anything
    expect(asked.at(0)).toMatchObject({ tellsPrompts: true, alternatives: 1, maximumNewTokens: 16 });
    expect(asked.at(-1)).toMatchObject({ tellsPrompts: true, maximumNewTokens: 0 });
    await complete({ ...request, logprobs: null });
    expect(asked.at(-1)).not.toHaveProperty('tellsPrompts');
  });

  it('passes on what was asked for, with every default', async () => {
    const questions: Asked[] = [];
    const version = createLanguageVersion(1);
    serve({
      ...version,
      continueTexts: (question, signal) => {
        questions.push(question);
        return version.continueTexts(question, signal);
      },
    });
    await complete({ prompt: null, temperature: null, stop: null, seed: 3 });
    await complete({ ...{ stop: 'x', top_k: 4, logprobs: 0, repetition_penalty: 1.2 }, temperature: 0 });
    await complete({ num_beams: 3, n: 2, stop: ['x', 'y'] });
    expect(questions[0]).toEqual({
      ...{ prompts: [''], choices: 1, maximumNewTokens: 16, temperature: 1, topP: 1 },
      ...{ repetitionPenalty: 1, seed: 3, stop: [], beams: 1 },
    });
    expect(questions[1]).toMatchObject({ stop: ['x'], topK: 4, alternatives: 0, temperature: 0 });
    expect(questions[1].repetitionPenalty).toBe(1.2);
    expect(questions[2]).toMatchObject({ beams: 3, choices: 2, stop: ['x', 'y'] });
  });

  it.each([
    [{ temperature: -1 }, /^temperature: /],
    ['{"model": "mail-filter", "temperature": NaN}', /JSON/],
    [{ temperature: 'NaN' }, /^temperature: .*number/],
    [{ max_tokens: -1, echo: true }, /^max_tokens: /],
    [{ max_tokens: 0 }, /^max_tokens: expected 1 at least, or echo: true/],
    [{ max_tokens: 0, echo: true, num_beams: 2 }, /^max_tokens: expected 1 at least with num_beams$/],
    [{ top_p: 0 }, /^top_p: /],
    [{ prompt: 7 }, /^prompt: expected a text, or a list of texts$/],
    [{ prompt: [] }, /^prompt: /],
    [{ prompt: [1, 2] }, /^prompt\.0: /],
    [{ prompt: 'a\ud800' }, /^prompt: expected text, found half of a surrogate pair$/],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, /^stop: /],
    [{ stop: '' }, /^stop: /],
    [{ n: 17 }, /^n: /],
    [{ n: 9, prompt: ['a', 'b'] }, /^n: expected 16 texts at most for all prompts, not 18$/],
    [{ logprobs: 6 }, /^logprobs: /],
    [{ logprobs: 1, echo: true, num_beams: 2 }, /^logprobs: /],
    [{ presence_penalty: 0.5 }, /^presence_penalty: expected 0: not supported; repetition_penalty is$/],
    [{ frequency_penalty: -1 }, /^frequency_penalty: /],
    [{ best_of: 3 }, /^best_of: /],
    [{ stream_options: { include_usage: true } }, /^stream_options: expected with stream: true$/],
    [{ num_beams: 3, temperature: 1, seed: 2 }, /^seed: .*; temperature: /],
    [{ num_beams: 2, n: 3 }, /^n: 2 beams find 2 texts at most$/],
    [{ logit_bias: { 5: 1 } }, /"logit_bias"/],
  ])('is refused by name for %j', async (overrides, message) => {
    const payload =
      typeof overrides === 'string' ? overrides : { model: 'mail-filter', prompt: 'a', ...overrides };
    const headers = { 'content-type': 'application/json' };
    const reply = await server.inject({ method: 'POST', url: '/v1/completions', headers, payload });
    const { error } = reply.json<{ error: { type: string; message: string } }>();
    expect([reply.statusCode, error.type]).toEqual([400, 'invalid_request_error']);
    expect(error.message).toMatch(message);
    expect(observed).toEqual([]);
  });

  it('is no fault of the version where the prompt is too long', async () => {
    const message = "prompt: expected at most 32 tokens, the model's context, got 40";
    serve(createLanguageVersion(1, failing(new InvalidQuestion(message, 'context_length_exceeded'), false)));
    for (const asked of [{}, { stream: true }])
      expect(await complete(asked)).toMatchObject({
        status: 400,
        body: { error: { message, param: 'prompt', code: 'context_length_exceeded' } },
      });
    expect(observed).toEqual([]);
  });

  it('is turned away for a moment where too many wait', async () => {
    serve(createLanguageVersion(1, failing(new ProcessBusy('32 requests wait already'), false)));
    const { status, headers, body } = await complete();
    expect([status, headers['retry-after']]).toEqual([429, '1']);
    expect(body).toMatchObject({
      error: {
        ...{ type: 'rate_limit_error', code: 'rate_limit_exceeded', message: '32 requests wait already' },
      },
    });
    expect(statuses()).toEqual([['1', 'champion', 429]]);
  });

  it('counts against the version that breaks off, and says so in a stream', async () => {
    serve(createLanguageVersion(1, failing(new Error('the model process has ended'))));
    expect((await complete()).status).toBe(503);
    const events = await stream();
    expect(events.at(-1)).toBe(
      'data: {"error":{"message":"the model process has ended","type":"server_error","param":null,"code":"unavailable"}}',
    );
    expect(statuses()).toEqual([
      ['1', 'champion', 503],
      ['1', 'champion', 503],
    ]);
    expect(records).toEqual([]);
  });

  it('is asked of language models alone, and classifications of classifiers', async () => {
    serve(createVersion(1));
    expect(await complete()).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('POST /v1/classifications') as string } },
    });
    serve(createLanguageVersion(1));
    const classify = { model: 'mail-filter', input: 'a' };
    const url = '/v1/classifications';
    expect((await server.inject({ method: 'POST', url, payload: classify })).statusCode).toBe(400);
    expect((await complete({ model: 'nobody' })).status).toBe(404);
  });

  it.each([true, false])('is cancelled when its client goes, streamed: %s', async (streamed) => {
    let [begun, ended]: [boolean, unknown] = [false, undefined];
    serve(
      createLanguageVersion(1, async function* speak(_question, signal) {
        yield { row: 0, text: 'be', tokens: 1 };
        begun = true;
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            ended = signal.reason;
            reject(signal.reason as Error);
          });
        });
        return { promptTokens: 1 };
      }),
    );
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const client = new AbortController();
    const asked = request(`${url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mail-filter', prompt: 'a', stream: streamed }),
      signal: client.signal,
    });
    if (streamed) await (await asked).body[Symbol.asyncIterator]().next();
    await vi.waitUntil(() => begun);
    const gone = asked.then(({ body }) => body.dump()).catch(() => undefined);
    client.abort();
    await gone;
    await vi.waitUntil(() => observed.length === 1);
    expect(ended).toMatchObject({ message: 'the client has gone' });
    expect(statuses()).toEqual([['1', 'champion', 499]]);
    expect(records).toEqual([]);
  });
});
