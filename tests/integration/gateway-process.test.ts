// The gateway as a process over a real store: versions are swapped under load, and it is asked to end under load.
import { once } from 'node:events';
import { connect } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startLoad } from '../support/client-load.ts';
import {
  type OwnGateway,
  type OwnRegistry,
  openOwnRegistry,
  startOwnGateway,
} from '../support/own-gateway.ts';
import { poll } from '../support/poll.ts';
import { model } from '../support/registry-fixtures.ts';
import { classifierPackage } from '../support/small-classifier.ts';

const swaps = [2, 3, 1, 3];

let registry: OwnRegistry;
let gateway: OwnGateway;
beforeAll(async () => {
  registry = await openOwnRegistry({
    ...inject('stack'),
    COPPICE_ARTIFACTS_BUCKET: 'gateway-process-artifacts',
    COPPICE_REGISTRY_BUCKET: 'gateway-process-registry',
  });
  for (const seed of [1, 2, 3]) await registry.publish(await classifierPackage(seed));
  await registry.promote(1);
  gateway = await startOwnGateway(registry);
  await gateway.follows(1);
}, 240_000);
afterAll(async () => {
  await gateway.stop();
  await registry.close();
});

describe('a gateway under load', () => {
  it('drops no request while versions are swapped, those among them that have left memory', async () => {
    const load = startLoad(gateway.url, model, 8);
    const enough = async (more: number) => {
      const until = load.total() + more;
      await poll('answers', () => load.total() >= until, 60_000);
    };
    await enough(100);
    for (const version of swaps) {
      await registry.promote(version);
      await gateway.follows(version);
      await enough(300);
    }
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.total()).toBeGreaterThan(1_300);
    expect([...load.answered.keys()].sort()).toEqual([1, 2, 3]);
  }, 300_000);

  it('answers what is open when it is asked to end, and tells clients that keep connections', async () => {
    const load = startLoad(gateway.url, model, 8);
    const payload = JSON.stringify({ model, input: 'win money now' });
    const half = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    const head = ['POST /v1/classifications HTTP/1.1', 'host: gateway', 'content-type: application/json'];
    half.write(
      `${[...head, `content-length: ${payload.length}`].join('\r\n')}\r\n\r\n${payload.slice(0, 9)}`,
    );
    await poll('answers', () => load.total() >= 200, 60_000);
    gateway.process.kill('SIGTERM');
    await poll(
      'it is not ready',
      async () => (await request(`${gateway.url}/readyz`)).statusCode === 503,
      5_000,
    );
    await load.stop(); // as behind a load balancer, which sends nothing to what is not ready
    expect(load.failures).toEqual([]);
    await poll('it takes no connection', () => refuses(gateway.url), 30_000);
    half.write(payload.slice(9));
    const [reply] = (await once(half, 'data')) as [Buffer];
    expect(reply.toString()).toMatch(/^HTTP\/1\.1 200 /);
    expect(await gateway.ended).toBe(0);
  });
});

async function refuses(url: string): Promise<boolean> {
  return request(`${url}/healthz`).then(
    async ({ body }) => body.dump().then(() => false),
    (error: unknown) => (error as { code?: string }).code === 'ECONNREFUSED',
  );
}
