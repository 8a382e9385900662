import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedbackRecord, PredictionRecord } from '../../../contracts/observation.ts';
import type { RoutingDocument } from '../../../contracts/registry.ts';
import type { HttpServerDependencies } from '../../../serving/route.ts';
import type { ServedModel } from '../../../serving/served-model.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { answerOf, createVersion, servedModelOf } from '../../support/served-versions.ts';

type Observed = Parameters<HttpServerDependencies['observeRequest']>[0];

describe('the gateway', () => {
  let served: ServedModel;
  let discovered: boolean;
  let observed: Observed[];
  let answers: PredictionRecord[];
  let feedback: FeedbackRecord[];
  let server: ReturnType<typeof createGatewayServer>;

  beforeEach(() => {
    served = servedModelOf([createVersion(1)], null);
    [observed, answers, feedback] = [[], [], []];
    discovered = true;
    server = createGatewayServer(() => served, {
      hasDiscovered: () => discovered,
      recordAnswer: (record) => answers.push(record),
      capture: () => Promise.resolve(),
      recordFeedback: (_model, record) => {
        feedback.push(record);
        return Promise.resolve({ id: record.id });
      },
      observeRequest: (it) => observed.push(it),
    });
  });
  afterEach(() => server.close());

  const post = async (url: string, payload: object) => {
    const reply = await server.inject({ method: 'POST', url, payload });
    return { status: reply.statusCode, body: reply.json<{ error?: { type: string; message: string } }>() };
  };
  const classify = (overrides: object = {}) =>
    post('/v1/classifications', {
      model: 'mail-filter',
      input: 'win money now',
      subject: 'kim',
      ...overrides,
    });
  const labels = () => observed.map(({ version, arm, status }) => [version, arm, status]);

  it('answers with the version, its label and its probabilities, and records the answer', async () => {
    const { status, body } = await classify();
    const { label, probabilities } = answerOf(1);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'classification',
      model: 'mail-filter',
      version: 1,
      label,
      probabilities,
    });
    expect(labels()).toEqual([['1', 'champion', 200]]);
    expect(answers).toMatchObject([{ subject: 'kim', served: answerOf(1) }]);
  });

  it('hears the version that a tester names, and counts it for nobody', async () => {
    served = servedModelOf([createVersion(1), createVersion(2)], { mode: 'shadow', trafficFraction: 0 });
    const ask = (version: string) =>
      server.inject({
        ...{ method: 'POST', url: '/v1/classifications', headers: { 'x-coppice-version': version } },
        payload: { model: 'mail-filter', input: 'win money now' },
      });
    expect((await ask('2')).json()).toMatchObject({ version: 2 });
    expect((await ask('latest')).statusCode).toBe(400);
    expect([labels(), answers]).toEqual([[['2', 'tester', 200]], []]);
  });

  it('knows each of several challengers that a tester names', async () => {
    served = servedModelOf([createVersion(1), createVersion(2)], { others: [3, 4] });
    const ask = (version: string) =>
      server.inject({
        ...{ method: 'POST', url: '/v1/classifications', headers: { 'x-coppice-version': version } },
        payload: { model: 'mail-filter', input: 'win money now' },
      });
    expect((await ask('2')).statusCode).toBe(200);
    expect([(await ask('3')).statusCode, (await ask('4')).statusCode]).toEqual([503, 503]); // they are being loaded
    served = servedModelOf([createVersion(1), createVersion(2), createVersion(4)], { others: [3, 4] });
    expect((await ask('4')).json()).toMatchObject({ version: 4 });
    const { error } = (await ask('5')).json<{ error: { message: string } }>();
    expect(error.message).toMatch(/: 1, 2, 3, 4$/);
  });

  it('tells a tester which versions gateways have, where it names another; one that is being loaded will be there', async () => {
    served = servedModelOf([createVersion(1)], { mode: 'shadow', trafficFraction: 0 });
    for (const [url, asked] of [
      ['/v1/classifications', { input: 'win money now' }],
      ['/v1/completions', { prompt: 'win' }],
      ['/v1/embeddings', { input: 'win' }],
    ] as const) {
      const ask = (version: string) =>
        server.inject({
          ...{ method: 'POST', url, headers: { 'x-coppice-version': version } },
          payload: { model: 'mail-filter', ...asked },
        });
      expect((await ask('7')).json()).toEqual({
        error: {
          message:
            'x-coppice-version: gateways do not have version 7 of mail-filter, only those that its routing names: 1, 2',
          ...{ type: 'invalid_request_error', param: 'x-coppice-version', code: 'version_not_found' },
        },
      });
      const loading = await ask('2');
      expect([loading.statusCode, loading.headers['retry-after']]).toEqual([503, '1']);
    }
    expect(labels()).toEqual([]);
  });

  it('counts the failure of a challenger as its own, so that its guardrail sees it', async () => {
    const dead = createVersion(2, () => Promise.reject(new Error('the model process has ended')));
    served = servedModelOf([createVersion(1), dead], { trafficFraction: 1 });
    const { status, body } = await classify();
    expect(status).toBe(503);
    expect(body.error?.message).toBe('the model process has ended');
    expect(labels()).toEqual([['2', 'challenger', 503]]);
    expect(answers).toEqual([]);
  });

  it('measures answers in the shadow too, failures among them', async () => {
    const dead = createVersion(2, () => Promise.reject(new Error('the model process has ended')));
    served = servedModelOf([createVersion(1), dead], { mode: 'shadow', trafficFraction: 0 });
    expect((await classify()).status).toBe(200);
    await vi.waitUntil(() => answers.length === 1);
    expect(labels()).toEqual([
      ['1', 'champion', 200],
      ['2', 'shadow', 500],
    ]);
  });

  it('says what it does not know, cannot read or cannot answer', async () => {
    expect(await classify({ model: 'unknown' })).toMatchObject({
      status: 404,
      body: {
        error: {
          message: 'no model unknown; there are: mail-filter',
          ...{ type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
        },
      },
    });
    served = servedModelOf([createVersion(1, () => Promise.resolve({ reason: 'no text' }))], null);
    expect(await classify()).toMatchObject({ status: 422, body: { error: { message: 'no text' } } });
    served = servedModelOf([], null);
    expect(await classify()).toMatchObject({
      status: 503,
      body: { error: { type: 'server_error', code: 'unavailable' } },
    });
  });

  it('ends the work for a client that has gone, and blames no version', async () => {
    const asked: AbortSignal[] = [];
    const hanging = createVersion(1, (_input, _onText, signal) => {
      if (signal) asked.push(signal);
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    });
    served = servedModelOf([hanging], null);
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const client = new AbortController();
    const gone = fetch(`${url}/v1/classifications`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, signal: client.signal },
      body: JSON.stringify({ model: 'mail-filter', input: 'a' }),
    });
    await vi.waitUntil(() => asked.length === 1);
    client.abort();
    await expect(gone).rejects.toThrow();
    await vi.waitUntil(() => observed.length === 1);
    expect(asked[0].aborted).toBe(true);
    expect(observed).toMatchObject([{ version: '1', arm: 'champion', status: 499 }]);
    expect(answers).toEqual([]);
  });

  it('names every problem of a request at once', async () => {
    const { status, body } = await post('/v1/classifications', { model: '', input: 7, subject: '' });
    expect(status).toBe(400);
    for (const field of ['model', 'input', 'subject']) expect(body.error?.message).toContain(`${field}: `);
  });

  it('refuses what is larger than it takes', async () => {
    expect((await classify({ input: 'x'.repeat(20_000) })).status).toBe(413);
  });

  it('takes a label for an answer', async () => {
    await classify();
    const [{ id: prediction }] = answers;
    const request = { model: 'mail-filter', prediction, label: 'spam' };
    expect(await post('/v1/feedback', request)).toMatchObject({ status: 202, body: { prediction } });
    expect(feedback).toMatchObject([{ kind: 'feedback', prediction, label: 'spam' }]);
    expect((await post('/v1/feedback', { ...request, model: 'unknown' })).status).toBe(404);
    expect(feedback).toHaveLength(1);
  });

  it('is ready once the champion of every model is loaded', async () => {
    expect((await server.inject('/readyz')).statusCode).toBe(200);
    served = servedModelOf([], null);
    const waiting = await server.inject('/readyz');
    expect([waiting.statusCode, waiting.json()]).toEqual([503, { waiting: ['mail-filter'] }]);
    expect((await server.inject('/healthz')).statusCode).toBe(200); // alive all the same
  });

  it('is ready, and answers, where the version before stands in for the champion', async () => {
    const model = servedModelOf([createVersion(1)], null);
    const routing = { ...model.routing(), champion: 2, previous: 1 } as RoutingDocument;
    served = { ...model, routing: () => routing };
    expect((await server.inject('/readyz')).statusCode).toBe(200);
    expect(await classify()).toMatchObject({ status: 200, body: { version: 1 } });
    expect(answers.at(-1)).toMatchObject({ arm: 'champion', served: { version: 1 } });
  });

  it('knows of no model for certain, and is not ready, before it has read the registry', async () => {
    discovered = false;
    expect(await classify({ model: 'another' })).toMatchObject({
      status: 503,
      body: { error: { type: 'server_error', code: 'unavailable' } },
    });
    expect((await server.inject('/readyz')).statusCode).toBe(503);
    expect((await classify()).status).toBe(200); // one that is known already answers
  });
});
