import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createPrometheusClient } from '../../../monitoring/prometheus-client.ts';

type Answer = (request: IncomingMessage, query: string, response: ServerResponse) => void;

const closers: (() => Promise<unknown>)[] = [];

/** A server on the loopback that answers as Prometheus might; the real one is asked in the integration tests. */
async function serve(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => answer(request, new URLSearchParams(body).get('query') ?? '', response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const vector = (value: string | undefined) => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: value === undefined ? [] : [{ metric: {}, value: [1_700_000_000.5, value] }],
  },
});

/** Answers the three questions about a version's health. */
const health = ([requests, errorRate, p95, saturation]: readonly (string | undefined)[]) =>
  serve((_request, query, response) => {
    const answers = [
      ['histogram_quantile', p95],
      ['coppice_queue_depth', saturation],
      ['5..', errorRate],
      ['', requests],
    ] as const;
    response.end(JSON.stringify(vector(answers.find(([part]) => query.includes(part))?.[1])));
  });

const question = { model: 'mail-filter', version: '2', windowSeconds: 12.3 };

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

describe('instant and range queries', () => {
  it('reads the numbers that JSON has no words for', async () => {
    const result = [
      ['+Inf', Infinity],
      ['-Inf', -Infinity],
      ['NaN', Number.NaN],
      ['1e-3', 0.001],
    ] as const;
    for (const [written, value] of result) {
      const url = await serve((_request, _query, response) => response.end(JSON.stringify(vector(written))));
      const samples = await createPrometheusClient({ url }).instant('x');
      expect(samples).toEqual([{ labels: {}, time: 1_700_000_000.5, value }]);
    }
  });

  it('reads a range, also behind a path', async () => {
    const url = await serve((request, _query, response) => {
      const found = request.url === '/prometheus/api/v1/query_range';
      const values = [
        [1, '0.5'],
        [3, '0.75'],
      ];
      const data = { resultType: 'matrix', result: [{ metric: { model: 'm' }, values }] };
      response.writeHead(found ? 200 : 404).end(JSON.stringify({ status: 'success', data }));
    });
    const client = createPrometheusClient({ url: `${url}/prometheus/` });
    expect(await client.range('x', { start: 1, end: 3, stepSeconds: 2 })).toEqual([
      {
        labels: { model: 'm' },
        points: [
          { time: 1, value: 0.5 },
          { time: 3, value: 0.75 },
        ],
      },
    ]);
  });
});

describe('failures', () => {
  it.each<[string, Answer, string, string]>([
    [
      'a query that Prometheus refuses',
      (_request, _query, response) =>
        response.writeHead(400).end('{"status":"error","errorType":"bad_data","error":"parse error: no"}'),
      'InvalidInput',
      'parse error: no',
    ],
    [
      'a query that takes Prometheus too long',
      (_request, _query, response) =>
        response.writeHead(503).end('{"status":"error","errorType":"timeout","error":"query timed out"}'),
      'MetricsUnavailable',
      'query timed out',
    ],
    [
      'a page of a proxy',
      (_request, _query, response) => response.writeHead(502).end('<html>'),
      'MetricsUnavailable',
      '502',
    ],
    [
      'a scalar where a vector was asked for',
      (_request, _query, response) =>
        response.end('{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}'),
      'MetricsUnavailable',
      'resultType',
    ],
    [
      'a connection that breaks',
      (request) => request.socket.destroy(),
      'MetricsUnavailable',
      'does not answer',
    ],
    ['a server that is silent', () => undefined, 'MetricsUnavailable', 'does not answer'],
  ])('answers %s with its failure', async (_, answer, type, message) => {
    const client = createPrometheusClient({ url: await serve(answer), timeoutMs: 300 });
    await expect(client.instant('x')).rejects.toMatchObject({
      type,
      message: expect.stringContaining(message) as string,
    });
  });

  it('says that nothing listens', async () => {
    const url = await serve(() => undefined);
    await closers.pop()?.();
    await expect(createPrometheusClient({ url }).readHealth(question)).rejects.toMatchObject({
      type: 'MetricsUnavailable',
    });
  });

  it('reports a reload that Prometheus refuses', async () => {
    const url = await serve((_request, _query, response) =>
      response.writeHead(403).end('Lifecycle API is not enabled.'),
    );
    await expect(createPrometheusClient({ url }).reload()).rejects.toThrow('Lifecycle API is not enabled');
  });
});

describe('readHealth', () => {
  it.each([
    [
      'measures a version',
      ['200', '0.015', '0.125', '0.4'],
      { requests: 200, errorRate: 0.015, p95LatencyMs: 125, saturation: 0.4 },
    ],
    [
      'tells no series from no requests',
      [undefined, undefined, undefined, undefined],
      { requests: null, errorRate: null, p95LatencyMs: null, saturation: null },
    ],
    [
      'knows no rate of no requests',
      ['0', 'NaN', 'NaN', '0'],
      { requests: 0, errorRate: null, p95LatencyMs: null, saturation: 0 },
    ],
  ])('%s', async (_, values, expected) => {
    const client = createPrometheusClient({ url: await health(values) });
    expect(await client.readHealth(question)).toEqual(expected);
  });

  it('asks for the version, the arm and whole seconds', async () => {
    const queries: string[] = [];
    const url = await serve((_request, query, response) => {
      queries.push(query);
      response.end(JSON.stringify(vector(undefined)));
    });
    await createPrometheusClient({ url }).readHealth({ ...question, arm: 'shadow' });
    expect(queries).toHaveLength(4);
    for (const query of queries) expect(query).toContain('model="mail-filter",version="2"');
    expect(queries.filter((query) => query.includes('arm="shadow"'))).toHaveLength(3); // a queue is of all arms
    for (const query of queries) expect(query).toContain('[13s]');
  });
});
