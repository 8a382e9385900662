// The edges of the gateway's API: what is refused, in which shape, and the document that says so.
import { Validator } from '@seriousme/openapi-schema-validator';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorBody } from '../../../serving/error-answers.ts';
import { openApiDocument } from '../../../serving/openapi.ts';
import type { ServedModel } from '../../../serving/served-model.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { createVersion, servedModelOf } from '../../support/served-versions.ts';

let served: ServedModel = servedModelOf([createVersion(1)], null);
const told: string[] = [];
const failures: Error[] = [];
const server = createGatewayServer(() => served, {
  recordFeedback: (_model, { id, prediction }) => {
    told.push(prediction);
    return Promise.resolve({ id });
  },
  onFailure: (error) => failures.push(error),
  maximumBodyBytes: 1_000,
});
let url = '';
beforeAll(async () => {
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close());

async function send(payload: string, contentType = 'application/json') {
  const { statusCode, body } = await request(`${url}/v1/classifications`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: payload,
  });
  return { status: statusCode, ...((await body.json()) as { error?: ErrorBody['error'] }) };
}
const classify = (input: unknown, others: object = {}) =>
  send(JSON.stringify({ model: 'mail-filter', input, ...others }));

describe('a request to the gateway', () => {
  it.each([
    ['is no JSON', '{', /JSON/],
    ['is empty', '', /empty/],
    ['is no object', '[]', /^\(body\): .*expected object/],
  ])('is refused where its body %s', async (_what, payload, message) => {
    const { status, error } = await send(payload);
    expect([status, error?.type]).toEqual([400, 'invalid_request_error']);
    expect(error?.message).toMatch(message);
  });

  it('is refused with what was expected where it is not sent as JSON', async () => {
    expect(await send('model=mail-filter', 'application/x-www-form-urlencoded')).toEqual({
      status: 415,
      error: {
        message: 'expected a body with content-type: application/json',
        ...{ type: 'invalid_request_error', param: null, code: 'unsupported_media_type' },
      },
    });
  });

  it.each([
    ['a field that is unknown', { colour: 'red' }, 'text', /"colour"/],
    ['an input of another kind', {}, 3, /^input: expected a text, or \{ media_type, encoding, data \}$/],
    ['a blank text', {}, ' \n', /^input: expected a text that is not blank$/],
    [
      'base64 that is none',
      {},
      { media_type: 'message/rfc822', encoding: 'base64', data: '%%' },
      /^input\.data: expected base64$/,
    ],
    ['a document without its media type', {}, { data: 'x' }, /^input\.media_type: /],
    [
      'an encoding that is unknown',
      {},
      { media_type: 'a/b', encoding: 'rot13', data: 'x' },
      /^input\.encoding: /,
    ],
    ['a subject without an end', { subject: 'a'.repeat(300) }, 'text', /^subject: /],
  ])('is told by name of %s', async (_what, others, input, message) => {
    const { status, error } = await classify(input, others);
    expect([status, error?.type]).toEqual([400, 'invalid_request_error']);
    expect(error?.message).toMatch(message);
  });

  it.each(['image/png', 'application/octet-stream', 'application/pdf; version=1.7', 'png'])(
    'is refused where its document is %s, which holds no text',
    async (mediaType) => {
      const { status, error } = await classify({
        media_type: mediaType,
        encoding: 'base64',
        data: 'iVBORw0K',
      });
      expect([status, error?.type]).toEqual([415, 'invalid_request_error']);
      expect(error?.message).toContain(`not ${mediaType}`);
    },
  );

  it.each(['text/plain; charset=utf-8', 'TEXT/HTML', 'message/rfc822', 'application/json', 'image/svg+xml'])(
    'is answered where its document is %s',
    async (mediaType) => {
      expect((await classify({ media_type: mediaType, data: 'text' })).status).toBe(200);
    },
  );

  it('takes base64 that is broken into lines, as mail programs write it', async () => {
    const { status } = await classify({
      media_type: 'message/rfc822',
      encoding: 'base64',
      data: 'aGVs\r\nbG8=\n',
    });
    expect(status).toBe(200);
  });

  it('has one shape of error, also for a body that is too large and a path that is not there', async () => {
    expect(await classify('x'.repeat(2_000))).toMatchObject({
      status: 413,
      error: { type: 'invalid_request_error', code: 'request_too_large' },
    });
    const { statusCode, body } = await request(`${url}/v1/nothing`);
    expect([statusCode, await body.json()]).toEqual([
      404,
      {
        error: {
          message: 'there is no /v1/nothing; /openapi.json lists what there is',
          ...{ type: 'invalid_request_error', param: null, code: 'unknown_url' },
        },
      },
    ]);
  });

  it('is told which methods a path has, whatever the others send', async () => {
    const { statusCode, headers, body } = await request(`${url}/v1/models`, { method: 'PUT', body: '{' });
    expect([statusCode, headers.allow]).toEqual([405, 'GET, HEAD']);
    expect(await body.json()).toMatchObject({ error: { code: 'method_not_supported' } });
  });

  it.each(['%', 'a'.repeat(5_000)])(
    'is refused in the same shape where its path is none: %.9s',
    async (name) => {
      const { statusCode, headers, body } = await request(`${url}/v1/models/${name}`);
      expect([statusCode, headers['x-request-id']]).toEqual([400, expect.stringMatching(/^req_/)]);
      expect(await body.json()).toMatchObject({ error: { code: 'invalid_url', param: null } });
    },
  );

  it('is named in its answer, and so is what goes wrong inside, which the answer does not tell', async () => {
    const { statusCode, headers, body } = await request(`${url}/healthz`);
    await body.dump();
    expect(statusCode).toBe(200);
    expect(headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/);
    expect(headers['openai-processing-ms']).toMatch(/^\d+$/);
    const failing = createGatewayServer(() => served, {
      metricsText: () => Promise.reject(new TypeError('a secret of /home')),
      onFailure: (error) => failures.push(error),
    });
    const answer = await failing.inject('/metrics');
    await failing.close();
    const { error } = answer.json<ErrorBody>();
    expect([answer.statusCode, error.type, error.code]).toEqual([500, 'server_error', 'internal_error']);
    expect(answer.body).not.toMatch(/secret|home|\bat /);
    expect(error.message).toContain(answer.headers['x-request-id']);
    expect(failures.splice(0)).toMatchObject([{ message: 'a secret of /home' }]);
  });

  it('is answered with 503 and the reason while no version is loaded', async () => {
    const loaded = served;
    served = servedModelOf([], null);
    expect(await classify('text')).toEqual({
      status: 503,
      error: {
        message: 'no version of mail-filter is in service',
        ...{ type: 'server_error', param: null, code: 'unavailable' },
      },
    });
    served = loaded;
  });

  it('gives feedback on an answer of another gateway: taken, and joined when quality is judged', async () => {
    const prediction = served.responseIds.issue('clf');
    const { statusCode, body } = await request(`${url}/v1/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mail-filter', prediction, label: 'spam' }),
    });
    await body.dump();
    expect([statusCode, told]).toEqual([202, [prediction]]);
  });

  it('keeps its connection, and a probe may ask by HEAD', async () => {
    const dispatcher = new Agent({ connections: 1 });
    let connections = 0;
    dispatcher.on('connect', () => {
      connections += 1;
    });
    for (const path of ['/healthz', '/readyz', '/healthz'])
      await (await request(`${url}${path}`, { dispatcher })).body.dump();
    expect(connections).toBe(1);
    await dispatcher.close();
    expect((await request(`${url}/healthz`, { method: 'HEAD' })).statusCode).toBe(200);
  });
});

/** Reads the tree that Fastify draws: four characters a level. */
function routesOf(tree: string): string[] {
  const branch: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const found = /^(\W*?─ )(\S+)(?: \((.+)\))?$/.exec(line);
    if (!found) return [];
    branch.splice(found[1].length / 4 - 1);
    branch.push(found[2]);
    const methods = found.slice(3).flatMap((it: string | undefined) => it?.split(', ') ?? []);
    const known = methods.filter((method) => method !== 'HEAD' && /^[A-Z]+$/.test(method));
    return known.map((method) => `${method} ${branch.join('').replace(/^\/+/, '/')}`);
  });
}

describe('the OpenAPI document', () => {
  it('is served, and is of version 3.1', async () => {
    const { body } = await request(`${url}/openapi.json`);
    expect(await body.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
    expect(openApiDocument().openapi).toBe('3.1.0');
  });

  it('is one by the schema of OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(
      JSON.parse(JSON.stringify(openApiDocument())) as Record<string, unknown>,
    );
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('describes every route of the API and no other', () => {
    const { paths } = openApiDocument();
    const routes = routesOf(server.printRoutes({ commonPrefix: false }));
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(routes.sort()).toEqual(described.sort());
  });

  it('leads every reference to a schema, and asks for what the API asks for', () => {
    const text = JSON.stringify(openApiDocument());
    const { schemas } = openApiDocument().components;
    const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(new Set(references)).toEqual(new Set(Object.keys(schemas)));
    expect(schemas.ClassificationRequest).toMatchObject({
      required: ['model', 'input'],
      additionalProperties: false,
    });
  });
});
