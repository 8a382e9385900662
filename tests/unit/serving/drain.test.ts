// A server that ends while it is asked, over real connections.
import { once } from 'node:events';
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { drain } from '../../../serving/drain.ts';
import { createGate } from '../../support/gate.ts';
import { createGatewayServer } from '../../support/gateway-server.ts';
import { answerOf, createVersion, servedModelOf } from '../../support/served-versions.ts';

/** With a version that answers once it is let; `asked` once it is asked. */
async function openServer() {
  const [asked, answered] = [createGate(), createGate()];
  const version = createVersion(1, async () => {
    asked.open();
    await answered.opened;
    return answerOf(1);
  });
  const state = { ending: false };
  const server = createGatewayServer(() => servedModelOf([version], null), { isEnding: () => state.ending });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const dispatcher = new Agent({ keepAliveTimeout: 60_000 });
  onTestFinished(async () => {
    await dispatcher.destroy();
    await server.close();
  });
  const classify = () =>
    request(`${url}/v1/classifications`, {
      ...{ dispatcher, method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ model: 'mail-filter', input: 'win money now' }),
    });
  return { server, url, dispatcher, asked, answered, classify, state };
}

it('answers what was asked before it ends, although the client keeps its connection', async () => {
  const { server, url, dispatcher, asked, answered, classify, state } = await openServer();
  const open = classify();
  await asked.opened;
  state.ending = true;
  const ready = await request(`${url}/readyz`, { dispatcher });
  expect([ready.statusCode, ready.headers.connection]).toEqual([503, 'close']);
  await ready.body.dump();
  const drained = drain(server, { noticeMs: 0, answersMs: 60_000 });
  await expect(request(`${url}/healthz`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  answered.open();
  const { statusCode, body } = await open;
  expect([statusCode, await body.json()]).toEqual([200, expect.objectContaining({ version: 1 })]);
  await drained;
});

it('answers a request of which half had come', async () => {
  const { server, url, answered } = await openServer();
  answered.open();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const payload = JSON.stringify({ model: 'mail-filter', input: 'win money now' });
  const head = [
    'POST /v1/classifications HTTP/1.1',
    'host: gateway',
    'content-type: application/json',
    `content-length: ${payload.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${payload.slice(0, 9)}`);
  await once(server.server, 'request');
  const drained = drain(server, { noticeMs: 0, answersMs: 60_000 });
  socket.write(payload.slice(9));
  const [reply] = (await once(socket, 'data')) as [Buffer];
  expect(reply.toString()).toMatch(/^HTTP\/1\.1 200 /);
  await drained;
});

it('does not wait for ever', async () => {
  const { server, asked, classify } = await openServer();
  const open = classify();
  const failed = expect(open).rejects.toThrow();
  await asked.opened;
  await drain(server, { noticeMs: 0, answersMs: 50 });
  await failed;
});
