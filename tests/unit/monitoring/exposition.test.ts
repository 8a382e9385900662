import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Exposition, exposeMetrics } from '../../../monitoring/exposition.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';

const open: Exposition[] = [];
const expose = async (healthy?: () => boolean) => {
  const exposition = await exposeMetrics({
    metrics: createMetrics({ process: 'trainer' }),
    port: 0,
    ...(healthy && { healthy }),
  });
  open.push(exposition);
  return exposition;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((exposition) => exposition.close()));
});

describe('exposeMetrics', () => {
  it('serves the metrics in the format that Prometheus asks for', async () => {
    const { url } = await expose();
    const reply = await fetch(`${url}/metrics`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await reply.text()).toContain('coppice_process_info{process="trainer"');
  });

  it('says whether the process can do its work', async () => {
    let healthy = true;
    const { url } = await expose(() => healthy);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    healthy = false;
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
  });

  it.each([
    ['GET', '/elsewhere', 404],
    ['POST', '/metrics', 405],
  ])('refuses %s %s', async (method, path, status) => {
    const { url } = await expose();
    expect((await fetch(`${url}${path}`, { method })).status).toBe(status);
  });

  it('frees its port when it is closed, though connections are open that ask nothing', async () => {
    const { url, port } = await expose();
    await (await fetch(`${url}/metrics`)).text(); // fetch keeps its connection
    const silent = connect(port, '127.0.0.1');
    await once(silent, 'connect');
    const dropped = once(silent, 'close');
    silent.resume(); // else the end of the stream is never read
    await open.pop()?.close();
    await dropped;
    const successor = createServer();
    await new Promise<void>((resolve, reject) =>
      successor.once('error', reject).listen(port, '127.0.0.1', resolve),
    );
    await new Promise((resolve) => successor.close(resolve));
  });

  it('fails when its port is taken', async () => {
    const { port } = await expose();
    const second = exposeMetrics({ metrics: createMetrics({ process: 'worker' }), port });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
