// POST /v1/chat/completions over versions that say what a test tells them to: shapes, streams, refusals.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CompletionRecord } from '../../../contracts/observation.ts';
import type { ChatPart } from '../../../serving/chat-schemas.ts';
import type { ErrorBody } from '../../../serving/error-answers.ts';
import { InvalidQuestion } from '../../../serving/model-process.ts';
import type { ServedModel } from '../../../serving/served-model.ts';
import type { LanguageVersion } from '../../../serving/tasks/generation-version.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { createLanguageVersion, servedModelOf } from '../../support/served-versions.ts';

let served: ServedModel;
let records: CompletionRecord[];
let server: ReturnType<typeof createGatewayServer>;
const serve = (version: LanguageVersion) => {
  served = servedModelOf([version], null);
};
beforeEach(() => {
  serve(createLanguageVersion(1));
  records = [];
  server = createGatewayServer(() => served, { recordCompletion: (record) => records.push(record) });
});
afterEach(() => server.close());

const user = (content: unknown) => [{ role: 'user', content }];
const post = (overrides: object) =>
  server.inject({
    ...{ method: 'POST', url: '/v1/chat/completions' },
    payload: { model: 'mail-filter', messages: user('Who are you?'), ...overrides },
  });
const chat = async (overrides: object = {}) => {
  const reply = await post(overrides);
  return { status: reply.statusCode, body: reply.json<unknown>() };
};
interface Chunk {
  readonly choices: readonly ChatPart[];
  readonly usage?: { readonly total_tokens: number } | null;
}
const stream = async (overrides: object = {}) => {
  const reply = await post({ stream: true, ...overrides });
  expect(reply.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  const events = reply.body.split('\n\n').filter(Boolean);
  expect(events.at(-1)).toBe('data: [DONE]');
  return events.slice(0, -1).map((event) => JSON.parse(event.replace(/^data: /, '')) as Chunk);
};

describe('a chat completion', () => {
  it('is told whole: a message for each text, why it ended, and tokens', async () => {
    const { status, body } = await chat({ n: 2, user: 'kim' });
    expect(status).toBe(200);
    const choice = (index: number) => ({
      index,
      message: { role: 'assistant', content: 'text of 1', refusal: null },
      ...{ logprobs: null, finish_reason: 'length' },
    });
    expect(body).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/) as string,
      ...{ object: 'chat.completion', model: 'mail-filter', system_fingerprint: 'mail-filter@1' },
      choices: [choice(0), choice(1)],
      usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 },
    });
    expect(records).toMatchObject([{ kind: 'completion', subject: 'kim', completionTokens: 6 }]);
  });

  it('comes as deltas: first the role, then the text, then why it ended, then the usage where it is asked for', async () => {
    const chunks = await stream({ stream_options: { include_usage: true } });
    expect(chunks.map(({ choices: [it] }) => (it as ChatPart | undefined)?.delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'text of ' },
      { content: '1' },
      {},
      undefined,
    ]);
    expect(chunks.flatMap(({ choices }) => choices.map((it) => it.finish_reason))).toEqual([
      ...[null, null, null, 'length'],
    ]);
    expect(chunks.map(({ usage }) => usage?.total_tokens)).toEqual([...Array<undefined>(4), 8]);
    expect(chunks[0]).toMatchObject({ object: 'chat.completion.chunk', usage: null });
    const [first] = await stream();
    expect(first).not.toHaveProperty('usage');
  });

  it('tells the probabilities of its tokens, with their bytes where they are characters', async () => {
    const told = (text: string, logProbability: number) => ({ text, logProbability });
    serve(
      createLanguageVersion(1, async function* speak() {
        const alternatives = [told('나', -1)];
        yield await Promise.resolve({
          ...{ row: 0, text: '나', tokens: 1, finish: 'end-of-text' as const },
          told: { ...told('\ufffd', -2), alternatives },
        });
        return { promptTokens: 1 };
      }),
    );
    const content = [
      {
        ...{ token: '\ufffd', logprob: -2, bytes: null },
        top_logprobs: [{ token: '나', logprob: -1, bytes: [235, 130, 152] }],
      },
    ];
    const asked = { logprobs: true, top_logprobs: 1 };
    expect((await chat(asked)).body).toMatchObject({
      choices: [{ logprobs: { content, refusal: null }, finish_reason: 'stop' }],
    });
    const [, second] = await stream(asked);
    expect(second.choices[0].logprobs?.content).toEqual(content);
  });

  it('asks the version by its own template, and for as many tokens as its context holds', async () => {
    const version = createLanguageVersion(1);
    const questions: Parameters<LanguageVersion['continueTexts']>[0][] = [];
    serve({
      ...version,
      continueTexts: (question, signal) => {
        questions.push(question);
        return version.continueTexts(question, signal);
      },
    });
    const answered = { role: 'assistant', content: 'b', refusal: null };
    await chat({
      messages: [{ role: 'system', content: 'a' }, answered, ...user([{ type: 'text', text: 'c' }])],
    });
    await chat({ max_completion_tokens: 3, stop: 'x', seed: 4, top_p: 0.5, logprobs: true });
    await chat({ max_tokens: 2 });
    expect(questions[0]).toMatchObject({
      prompts: ['system: a\nassistant: b\nuser: c'],
      maximumNewTokens: 32,
    });
    expect(questions[1]).toMatchObject({
      maximumNewTokens: 3,
      stop: ['x'],
      seed: 4,
      topP: 0.5,
      alternatives: 0,
    });
    expect(questions[2].maximumNewTokens).toBe(2);
  });

  it.each([
    [{ messages: [] }, 'messages', 'invalid_value', /^messages: /],
    [{ messages: undefined }, 'messages', 'missing_required_parameter', /^messages: /],
    [{ messages: 'hello' }, 'messages', 'invalid_type', /^messages: .*expected array/],
    [
      { messages: [{ role: 'tool', content: 'a' }] },
      'messages[0].role',
      'invalid_value',
      /expected a role: system/,
    ],
    [{ messages: user(7) }, 'messages[0].content', 'invalid_type', /expected a text, or a list of parts/],
    [{ messages: user('a\udc00') }, 'messages[0].content', 'invalid_value', /half of a surrogate pair/],
    [{ messages: [{ ...user('a')[0], size: 1 }] }, 'messages[0].size', 'unknown_parameter', /"size"/],
    [
      { messages: user([{ type: 'image_url', image_url: { url: 'x' } }]) },
      ...(['messages[0].content[0].type', 'invalid_value', /"text"/] as const),
    ],
    [{ temperature: 'NaN' }, 'temperature', 'invalid_type', /^temperature: .*number/],
    [{ temperature: 2.1 }, 'temperature', 'invalid_value', /^temperature: /],
    [{ n: 1.5 }, 'n', 'invalid_type', /^n: /],
    [{ tools: [] }, 'tools', 'unknown_parameter', /"tools"/],
    [{ top_logprobs: 2 }, 'top_logprobs', 'invalid_value', /expected with logprobs: true/],
    [{ max_tokens: 1, max_completion_tokens: 1 }, 'max_tokens', 'invalid_value', /newer name/],
    [{ response_format: { type: 'json_object' } }, 'response_format.type', 'invalid_value', /expected text/],
    [{ num_beams: 2, logprobs: true }, 'logprobs', 'invalid_value', /beams are not drawn/],
  ])('is refused with the field by name for %j', async (overrides, param, code, message) => {
    const { status, body } = await chat(overrides);
    const { error } = body as ErrorBody;
    expect([status, error.type, error.param, error.code]).toEqual([
      400,
      'invalid_request_error',
      param,
      code,
    ]);
    expect(error.message).toMatch(message);
  });

  it.each(['1e999', '-1e999'])(
    'is refused for a temperature of %s, which JSON can say',
    async (temperature) => {
      const payload = `{"model":"mail-filter","messages":[{"role":"user","content":"a"}],"temperature":${temperature}}`;
      const headers = { 'content-type': 'application/json' };
      const reply = await server.inject({ method: 'POST', url: '/v1/chat/completions', headers, payload });
      expect([reply.statusCode, reply.json<ErrorBody>().error.param]).toEqual([400, 'temperature']);
    },
  );

  it('is no fault of the version where messages are too long, or its template does not take them', async () => {
    const version = createLanguageVersion(1, async function* refuse() {
      yield await Promise.reject(
        new InvalidQuestion('prompt: expected at most 32 tokens, got 40', 'context_length_exceeded'),
      );
      return { promptTokens: 0 };
    });
    serve(version);
    for (const asked of [{}, { stream: true }])
      expect(await chat(asked)).toMatchObject({
        status: 400,
        body: {
          error: {
            message: 'messages: expected at most 32 tokens, got 40',
            ...{ param: 'messages', code: 'context_length_exceeded' },
          },
        },
      });
    const refuse = () => {
      throw new InvalidQuestion('messages: roles must alternate');
    };
    serve({ ...version, chat: refuse });
    expect(await chat()).toMatchObject({
      status: 400,
      body: { error: { message: 'messages: roles must alternate', param: 'messages', code: null } },
    });
  });
});
