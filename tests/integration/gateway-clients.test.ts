// The gateway over a real language model, asked by the official clients of OpenAI, by a client that means harm, and by one that
// makes up requests from the OpenAPI document.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPython } from '../../bench/python-peer.ts';
import type { ErrorBody } from '../../serving/error-answers.ts';
import { createGatewayServer } from '../support/gateway-server.ts';
import { servedModelOf } from '../support/served-versions.ts';
import { startSmallLanguageModel } from '../support/small-language-model.ts';

const run = promisify(execFile);
const supportFile = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url));

const failures: Error[] = [];
let small: Awaited<ReturnType<typeof startSmallLanguageModel>>;
let server: ReturnType<typeof createGatewayServer>;
let url: string;
let client: OpenAI;
beforeAll(async () => {
  small = await startSmallLanguageModel();
  const served = servedModelOf([small.version], null);
  server = createGatewayServer(() => served, {
    maximumBodyBytes: 2 * 1024 * 1024,
    timeouts: { headers: 1_000, request: 2_000, check: 50 },
    onFailure: (error) => failures.push(error),
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0 });
}, 240_000);
afterAll(async () => {
  await server.close();
  await small.close();
  expect(failures).toEqual([]);
});

const model = 'mail-filter';
const messages = [{ role: 'user' as const, content: '나는' }];

describe('OpenAI’s client for Node', () => {
  const chat = { model, messages, seed: 7, max_completion_tokens: 6 };

  it('gets the text whole that it gets streamed, with the same usage', async () => {
    const whole = await client.chat.completions.create({ ...chat, logprobs: true, top_logprobs: 2 });
    const [{ message, logprobs }] = whole.choices;
    const told = logprobs?.content?.map(({ top_logprobs: top }) => top.length) ?? [];
    expect(told).toEqual(Array.from({ length: whole.usage?.completion_tokens ?? 0 }, () => 2));
    const stream = await client.chat.completions.create({
      ...chat,
      ...{ stream: true, stream_options: { include_usage: true } },
    });
    const [deltas, usages]: [string[], unknown[]] = [[], []];
    for await (const { choices, usage } of stream) {
      deltas.push(...choices.map(({ delta }) => delta.content ?? ''));
      usages.push(usage);
    }
    expect(deltas.join('')).toBe(message.content);
    expect(usages.at(-1)).toEqual(whole.usage);
  });

  it('is told how likely a given text is: its tokens, and nothing after them', async () => {
    const asked = { model, prompt: 'I am', echo: true, logprobs: 1, max_tokens: 0 };
    const { choices, usage } = await client.completions.create(asked);
    const [{ text, logprobs, finish_reason: reason }] = choices;
    expect([text, logprobs?.tokens?.join(''), reason]).toEqual([asked.prompt, asked.prompt, 'length']);
    expect([logprobs?.token_logprobs?.length, usage?.completion_tokens]).toEqual([usage?.prompt_tokens, 0]);
    expect([logprobs?.token_logprobs?.[0], logprobs?.top_logprobs?.[0]]).toEqual([null, null]);
    for (const logarithm of logprobs?.token_logprobs?.slice(1) ?? []) expect(logarithm).toBeLessThan(0);
    const goesOn = { ...asked, max_tokens: 3, seed: 5 };
    const longer = await client.completions.create(goesOn);
    const continued = await client.completions.create({ ...goesOn, echo: false });
    expect(longer.choices[0].text).toBe(asked.prompt + continued.choices[0].text);
    const streamed: string[] = [];
    for await (const part of await client.completions.create({ ...goesOn, stream: true }))
      streamed.push(...part.choices.map((it) => it.text));
    expect(streamed.join('')).toBe(longer.choices[0].text);
  });

  it('asks with the prompt that the model was trained with', async () => {
    const chosen = { model, seed: 3, max_tokens: 6 };
    const answered = await client.chat.completions.create({ ...chosen, messages });
    const continued = await client.completions.create({ ...chosen, prompt: '질문: 나는\n답: ' });
    expect(answered.choices[0].message.content).toBe(continued.choices[0].text);
    expect(answered.usage?.prompt_tokens).toBe(continued.usage?.prompt_tokens);
  });

  it('reads what is wrong: class, field, code and the id of the request', async () => {
    const long = client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: '나는 '.repeat(99) }],
    });
    await expect(long).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(long).rejects.toMatchObject({
      ...{ param: 'messages', code: 'context_length_exceeded', type: 'invalid_request_error' },
      requestID: expect.stringMatching(/^req_/) as string,
    });
    await expect(client.models.retrieve('nobody')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    expect((await client.models.retrieve(model)).id).toBe(model);
  });
});

describe('OpenAI’s client for Python', () => {
  it('works unchanged: completions, chat, streams, models, errors', async () => {
    const python = await installPython('openai-3.57.0', ['openai==3.57.0']);
    const { stdout } = await run(python, [supportFile('ask-by-openai.py'), `${url}/v1`, model]);
    const told = JSON.parse(stdout) as Record<string, unknown>;
    expect(told['streamed completion']).toBe(told.completion);
    expect(told['streamed chat']).toBe(told.chat);
    expect(told['streamed usage']).toBe(told.usage);
    expect(told).toMatchObject({ models: [model], model });
    expect(told['given text']).toBe('I am');
    expect(told['given']).toEqual([true, null, true, 'length']);
    expect(told.errors).toEqual([
      ['NotFoundError', 404, 'model', 'model_not_found', true],
      ['NotFoundError', 404, 'model', 'model_not_found', true],
      ['BadRequestError', 400, 'messages', 'invalid_value', true],
      ['BadRequestError', 400, 'temperature', 'invalid_value', true],
      ['BadRequestError', 400, 'prompt', 'context_length_exceeded', true],
    ]);
  }, 300_000);
});

describe('a client that means harm', () => {
  const post = async (body: string) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(`${url}/v1/chat/completions`, { method: 'POST', headers, body });
    return { status: answer.statusCode, ...((await answer.body.json()) as ErrorBody) };
  };
  const said = (content: string) => JSON.stringify({ model, messages: [{ role: 'user', content }] });

  it('gets an error of its own for a prompt of a megabyte, and for a body that is too large', async () => {
    expect(await post(said('나는 '.repeat(150_000)))).toMatchObject({
      status: 400,
      error: { param: 'messages', code: 'context_length_exceeded' },
    });
    expect(await post(said('a'.repeat(1_000_000)))).toMatchObject({
      status: 400,
      error: { code: 'context_length_exceeded' },
    });
    expect(await post(said('a'.repeat(3_000_000)))).toMatchObject({
      status: 413,
      error: { code: 'request_too_large' },
    });
  }, 60_000);

  it.each([
    ['headers', 'POST /v1/completions HTTP/1.1\r\nhost: a\r\n'],
    [
      'a body',
      'POST /v1/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    ],
  ])(
    'loses its connection where it never ends %s, and is told why',
    async (_what, beginning) => {
      const { port } = new URL(url);
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(beginning);
      let told = '';
      socket.on('data', (bytes) => {
        told += bytes.toString();
      });
      await once(socket, 'close');
      expect(told).toMatch(/^HTTP\/1\.1 408 /);
      expect(told).toContain('"code":"request_timeout"');
    },
    30_000,
  );

  it('is answered in the one shape of errors where it speaks no HTTP, or uses a method that is not there', async () => {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('\u0000\u0001 nonsense\r\n\r\n');
    let told = '';
    socket.on('data', (bytes) => {
      told += bytes.toString();
    });
    await once(socket, 'close');
    expect(told).toMatch(/^HTTP\/1\.1 400 .*"code":"bad_request"/s);
    const answer = await request(`${url}/v1/chat/completions`, { method: 'DELETE' });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST']);
    expect(await answer.body.json()).toMatchObject({ error: { code: 'method_not_supported' } });
  });
});

describe('schemathesis', () => {
  it('finds no answer that the OpenAPI document does not describe, and no error of the server', async () => {
    const python = await installPython('schemathesis-4.32.5', ['schemathesis==4.32.5']);
    const checks = [
      ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance'],
      ...['response_headers_conformance', 'response_schema_conformance', 'unsupported_method'],
    ];
    const options = {
      ...{ '--seed': '1', '--max-examples': '15', '--phases': 'coverage,fuzzing' },
      ...{ '--checks': checks.join(','), '--generation-database': 'none' },
    };
    const args = ['-m', 'schemathesis.cli', 'run', `${url}/openapi.json`, '--no-color'];
    const folder = await mkdtemp(join(tmpdir(), 'coppice-schemathesis-'));
    const found = await run(python, [...args, ...Object.entries(options).flat()], {
      cwd: folder,
      env: {
        ...process.env,
        ...{ PYTHONPATH: supportFile('.'), PYTHONDONTWRITEBYTECODE: '1' },
        SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
      },
    }).catch((error: unknown) => error as { readonly stdout: string; readonly stderr: string });
    await rm(folder, { recursive: true, force: true });
    expect(found.stdout + found.stderr).toMatch(/Test cases:\n +\d{3,} generated, \d+ passed/);
    expect(found).not.toBeInstanceOf(Error);
  }, 400_000);
});
