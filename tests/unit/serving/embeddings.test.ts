// POST /v1/embeddings by OpenAI's client and by hand.
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProcessBusy } from '../../../serving/model-process.ts';
import type { HttpServerDependencies } from '../../../serving/route.ts';
import type { ServedModel } from '../../../serving/served-model.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { createLanguageVersion, createVersion, servedModelOf } from '../../support/served-versions.ts';

let served: ServedModel;
let observed: Parameters<HttpServerDependencies['observeRequest']>[0][];
let server: ReturnType<typeof createGatewayServer>;
beforeEach(() => {
  [served, observed] = [servedModelOf([createVersion(1), createVersion(2)]), []];
  server = createGatewayServer(() => served, { observeRequest: (it) => observed.push(it) });
});
afterEach(() => server.close());

const post = async (payload: object, headers: Record<string, string> = {}) => {
  const reply = await server.inject({
    ...{ method: 'POST', url: '/v1/embeddings', headers },
    payload: { model: 'mail-filter', input: 'words', ...payload },
  });
  return {
    status: reply.statusCode,
    body: reply.json<{ data: { embedding: unknown }[]; error?: { message: string; param: string } }>(),
  };
};

describe('embeddings', () => {
  it('come to the client of OpenAI, as numbers and by its base64', async () => {
    const baseURL = `${await server.listen({ host: '127.0.0.1', port: 0 })}/v1`;
    const client = new OpenAI({ baseURL, apiKey: 'any', maxRetries: 0 });
    const asked = { model: 'mail-filter', input: ['one', 'two'] };
    const numbers = await client.embeddings.create({ ...asked, encoding_format: 'float' });
    expect(numbers.data).toEqual([
      { object: 'embedding', index: 0, embedding: [0.6, 0.8] },
      { object: 'embedding', index: 1, embedding: [0.6, -1.2] },
    ]);
    expect(numbers.usage).toEqual({ prompt_tokens: 6, total_tokens: 6 });
    const packed = await client.embeddings.create(asked); // asks for base64 by itself
    expect(packed.data[1].embedding[1]).toBeCloseTo(-1.2, 6);
    expect(observed.map(({ version, arm, status }) => [version, arm, status])).toEqual([
      ['1', 'champion', 200],
      ['1', 'champion', 200],
    ]);
  });

  it('are those of the champion for everybody, unless a version is named', async () => {
    for (const user of ['a', 'b', 'c', 'd', 'e'])
      expect((await post({ user })).body).toMatchObject({ version: 1 });
    const { body } = await post({}, { 'x-coppice-version': '2' });
    expect(body).toMatchObject({ version: 2 });
    expect(observed.at(-1)).toMatchObject({ version: '2', arm: 'tester' });
  });

  it('are little-endian floats of 32 bits in base64', async () => {
    const { body } = await post({ encoding_format: 'base64' });
    const bytes = Buffer.from(String(body.data[0].embedding), 'base64');
    expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  });

  it('have as many numbers as they have', async () => {
    expect((await post({ dimensions: 2 })).status).toBe(200);
    const { status, body } = await post({ dimensions: 1 });
    expect([status, body.error]).toEqual([
      400,
      expect.objectContaining({
        param: 'dimensions',
        message: 'dimensions: mail-filter@1 has vectors of 2 numbers, which cannot be cut',
      }),
    ]);
  });

  it.each([
    ['tokens', { input: [1, 2] }, 'input[0]'],
    ['no text', { input: [] }, 'input'],
    ['a blank text', { input: ' ' }, 'input'],
    ['too many texts', { input: Array.from({ length: 257 }, () => 'a') }, 'input'],
    ['another encoding', { encoding_format: 'hex' }, 'encoding_format'],
  ])('are refused with 400 for %s', async (_what, asked, param) => {
    const { status, body } = await post(asked);
    expect([status, body.error?.param]).toEqual([400, param]);
  });

  it('are no task of a language model', async () => {
    served = servedModelOf([createLanguageVersion(1)], null);
    const { status, body } = await post({});
    expect([status, body.error?.message]).toEqual([400, expect.stringContaining('it continues texts')]);
  });

  it('name the text that cannot be read', async () => {
    served = servedModelOf(
      [{ ...createVersion(1), embed: () => Promise.resolve({ reason: 'empty', at: 1 }) }],
      null,
    );
    const { status, body } = await post({ input: ['one', 'two'] });
    expect([status, body.error]).toEqual([
      422,
      expect.objectContaining({ param: 'input[1]', message: 'input[1]: empty' }),
    ]);
  });

  it.each<[string, Error, number]>([
    ['429 where too much waits', new ProcessBusy('512 requests wait already'), 429],
    ['503 where the process is gone', new Error('the model process has ended'), 503],
  ])('are answered %s', async (_what, error, expected) => {
    served = servedModelOf([{ ...createVersion(1), embed: () => Promise.reject(error) }], null);
    expect((await post({})).status).toBe(expected);
    expect(observed.map(({ status }) => status)).toEqual([expected]);
  });
});
