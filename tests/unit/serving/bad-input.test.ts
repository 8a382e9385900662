// What no route may fall for, over a real connection: each is refused with a status of 4xx in OpenAI's shape of errors, in words,
// without a trace of the inside, and nothing of it is written down.
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorBody } from '../../../serving/error-answers.ts';
import { InvalidQuestion } from '../../../serving/model-process.ts';
import type { OutboxEntry } from '../../../serving/outbox/segments.ts';
import { createRecorder } from '../../../serving/recorder.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { createLanguageVersion, createVersion, servedModelOf } from '../../support/served-versions.ts';

const written: OutboxEntry[] = [];
const failures: Error[] = [];
const recorder = createRecorder({
  outbox: {
    append: (entries) => {
      written.push(...entries);
      return Promise.resolve();
    },
  },
  onLabelled: () => undefined,
});
const overflow = new InvalidQuestion(
  "prompt: expected at most 32 tokens, the model's context, got 40",
  'context_length_exceeded',
);
const writer = servedModelOf(
  [
    createLanguageVersion(1, async function* refuse() {
      yield await Promise.reject(overflow);
      return { promptTokens: 0 };
    }),
  ],
  null,
);
const filter = servedModelOf([createVersion(1)], null);
const models = { 'mail-filter': filter, writer };
const server = createGatewayServer(() => filter, {
  model: (name) => (Object.hasOwn(models, name) ? models[name as keyof typeof models] : undefined),
  recordAnswer: recorder.recordAnswer,
  recordCompletion: recorder.recordCompletion,
  recordFeedback: recorder.recordFeedback,
  maximumBodyBytes: 100_000,
  onFailure: (error) => failures.push(error),
});
let url = '';
beforeAll(async () => {
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close());
beforeEach(() => written.splice(0));

/** @param body a text is sent as it is */
async function post(path: string, body: unknown) {
  const answer = await request(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}

const classification = { model: 'mail-filter', input: 'a text' };
const completion = { model: 'writer', prompt: 'a text' };
const chat = (content: unknown) => ({ model: 'writer', messages: [{ role: 'user', content }] });
const embedding = { model: 'mail-filter', input: 'a text' };
const label = () => ({ model: 'mail-filter', response: filter.responseIds.issue('clf'), label: 'spam' });
const half = 'half \ud83d';
const large = 'x'.repeat(200_000);

const classifications = '/v1/classifications';
const completions = '/v1/completions';
const chats = '/v1/chat/completions';
const embeddings = '/v1/embeddings';
const feedback = '/v1/feedback';

describe('a request that means no good', () => {
  it.each<[what: string, path: string, status: number, code: string | null, body: unknown]>([
    ['too large', classifications, 413, 'request_too_large', { ...classification, input: large }],
    ['too large', completions, 413, 'request_too_large', { ...completion, prompt: large }],
    ['too large', chats, 413, 'request_too_large', chat(large)],
    ['too large', embeddings, 413, 'request_too_large', { ...embedding, input: large }],
    ['too large', feedback, 413, 'request_too_large', { ...label(), label: large }],
    ['of wrong types', classifications, 400, 'invalid_type', { model: [], input: 'a' }],
    ['of wrong types', completions, 400, 'invalid_type', { ...completion, prompt: { a: 1 } }],
    ['of wrong types', chats, 400, 'invalid_type', chat(true)],
    ['of wrong types', embeddings, 400, 'invalid_type', { ...embedding, input: 7 }],
    ['of wrong types', feedback, 400, 'invalid_type', { ...label(), label: 1 }],
    ['of an unknown model', classifications, 404, 'model_not_found', { ...classification, model: 'nobody' }],
    ['of an unknown model', completions, 404, 'model_not_found', { ...completion, model: '__proto__' }],
    ['of an unknown model', chats, 404, 'model_not_found', { ...chat('a'), model: 'constructor' }],
    ['of an unknown model', embeddings, 404, 'model_not_found', { ...embedding, model: '../mail-filter' }],
    ['of an unknown model', feedback, 404, 'model_not_found', { ...label(), model: 'nobody' }],
    ['of half a character', classifications, 400, 'invalid_value', { ...classification, input: half }],
    [
      'of half a character in a document',
      ...([classifications, 400, 'invalid_value'] as const),
      { ...classification, input: { media_type: 'text/plain', data: half } },
    ],
    [
      'of a subject of half a character',
      ...([classifications, 400, 'invalid_value'] as const),
      { ...classification, subject: half },
    ],
    ['of half a character', completions, 400, 'invalid_value', { ...completion, prompt: [half] }],
    ['of half a character', chats, 400, 'invalid_value', chat(half)],
    ['of half a character', embeddings, 400, 'invalid_value', { ...embedding, input: ['a', half] }],
    ['of half a character', feedback, 400, 'invalid_value', { ...label(), label: half }],
    ['longer than the context', completions, 400, 'context_length_exceeded', completion],
    ['longer than the context', chats, 400, 'context_length_exceeded', chat('a')],
    ['of no temperature', completions, 400, null, '{"model":"writer","prompt":"a","temperature":NaN}'],
    ['of no temperature', completions, 400, 'invalid_type', { ...completion, temperature: 'NaN' }],
    ['of an endless temperature', completions, 400, 'invalid_type', endless('"prompt":"a"')],
    [
      'of an endless temperature',
      chats,
      400,
      'invalid_type',
      endless('"messages":[{"role":"user","content":"a"}]'),
    ],
    ['about an answer of nobody', feedback, 404, 'response_not_found', { ...label(), response: 'clf-1' }],
  ])('is refused where it is %s: %s, %i', async (_what, path, status, code, body) => {
    const answer = await post(path, body);
    const { error } = JSON.parse(answer.text) as ErrorBody;
    expect([answer.status, error.type, error.code]).toEqual([status, 'invalid_request_error', code]);
    expect(error.message.length).toBeGreaterThan(10);
    expect(answer.text).not.toMatch(/\bat .*:\d+:\d+|node_modules|\.ts\b/);
    expect(answer.text.length).toBeLessThan(2_000);
    expect([written, failures]).toEqual([[], []]);
  });

  it('costs the others nothing: what is right is answered and written down between all that is not', async () => {
    const wrong = Array.from({ length: 20 }, () => post(classifications, { ...classification, input: half }));
    const told = label();
    const [right, first] = await Promise.all([post(classifications, classification), post(feedback, told)]);
    expect((await Promise.all(wrong)).map(({ status }) => status)).toEqual(Array(20).fill(400));
    const again = await post(feedback, told);
    expect([right.status, first.status, again.status]).toEqual([200, 202, 202]);
    expect(again.text).toBe(first.text); // told twice, written down once
    expect(written.map(({ record }) => record.kind).sort()).toEqual(['feedback', 'prediction']);
  });
});

/** A number that JSON can say and no double can hold. */
function endless(member: string): string {
  return `{"model":"writer",${member},"temperature":1e999}`;
}
