import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptsConnections, answersAtAll, answersHttp } from '../../../stack/health.ts';

const server = createServer((request, response) => {
  if (request.url === '/silent') return; // never answers
  response.statusCode = Number(request.url?.slice(1));
  response.end();
});
let address = '';
let closedAddress = '';

async function listen(one: Server): Promise<string> {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  const bound = one.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return `127.0.0.1:${bound.port}`;
}

beforeAll(async () => {
  address = await listen(server);
  const closed = createServer();
  closedAddress = await listen(closed);
  await new Promise((resolve) => closed.close(resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('answersHttp', () => {
  it('passes on success only and says what came instead', async () => {
    expect(await answersHttp(`http://${address}/204`)(2_000)).toBeUndefined();
    expect(await answersHttp(`http://${address}/404`)(2_000)).toBe(`http://${address}/404 answers 404`);
  });

  it('says in one line why nobody answers', async () => {
    expect(await answersHttp(`http://${closedAddress}/`)(2_000)).toBe(
      `http://${closedAddress}/ does not answer (ECONNREFUSED)`,
    );
    expect(await answersHttp(`http://${address}/silent`)(100)).toMatch(
      /silent does not answer \(.*timeout\)$/,
    );
  });
});

describe('answersAtAll', () => {
  it('takes a refusal for an answer, and a failure of the server for none', async () => {
    expect(await answersAtAll(`http://${address}/403`)(2_000)).toBeUndefined();
    expect(await answersAtAll(`http://${address}/503`)(2_000)).toBe(`http://${address}/503 answers 503`);
  });
});

describe('acceptsConnections', () => {
  it('passes when a connection opens', async () => {
    expect(await acceptsConnections(address)(2_000)).toBeUndefined();
    expect(await acceptsConnections(closedAddress)(2_000)).toBe(
      `${closedAddress} does not answer (ECONNREFUSED)`,
    );
  });
});
