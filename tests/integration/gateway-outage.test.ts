// The gateway as a process whose store is killed, while there is neither a Temporal server nor a Prometheus either.
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLoad } from '../support/client-load.ts';
import { startMinio, type TestMinio } from '../support/minio.ts';
import {
  type OwnGateway,
  type OwnRegistry,
  openOwnRegistry,
  startOwnGateway,
} from '../support/own-gateway.ts';
import { poll } from '../support/poll.ts';
import { model } from '../support/registry-fixtures.ts';
import { classifierPackage } from '../support/small-classifier.ts';

let minio: TestMinio;
let registry: OwnRegistry;
let gateway: OwnGateway;
beforeAll(async () => {
  minio = await startMinio();
  registry = await openOwnRegistry({
    MINIO_ENDPOINT: minio.endpoint,
    MINIO_ACCESS_KEY: minio.accessKey,
    MINIO_SECRET_KEY: minio.secretKey,
    TEMPORAL_ADDRESS: '127.0.0.1:9', // nobody is there
    PROMETHEUS_URL: 'http://127.0.0.1:9',
  });
  for (const seed of [1, 2]) await registry.publish(await classifierPackage(seed));
  await registry.promote(1);
  gateway = await startOwnGateway(registry);
  await gateway.follows(1);
  await registry.challenge(2, 0.5);
}, 240_000);
afterAll(async () => {
  gateway.process.kill('SIGKILL'); // it would go on trying to ship what it has written down
  await gateway.ended;
  await registry.close();
});

async function post(path: string, body: object) {
  const { statusCode, body: reply } = await request(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: statusCode, answer: (await reply.json()) as { id: string; version: number } };
}

describe('a gateway without its store, Temporal and Prometheus', () => {
  it('serves on, by the champion alone once nobody has confirmed the routing for 30 s, and takes feedback', async () => {
    const before = startLoad(gateway.url, model, 4);
    await poll('both versions answer', () => before.answered.size === 2, 60_000);
    await minio.stop();
    const known = before.answered.get(2) ?? 0;
    await poll('the challenger answers on', () => (before.answered.get(2) ?? 0) > known, 20_000);
    const { status, answer } = await post('/v1/classifications', { model, input: 'win money now' });
    const told = await post('/v1/feedback', { model, response: answer.id, label: 'spam' });
    expect([status, told.status]).toEqual([200, 202]);

    let ofChallenger = 0;
    await poll(
      'only the champion answers',
      async () => {
        const [seen, all] = [before.answered.get(2) ?? 0, before.total()];
        if (seen > ofChallenger) {
          ofChallenger = seen;
          return false;
        }
        await poll('more answers', () => before.total() > all + 100, 60_000);
        return before.answered.get(2) === seen;
      },
      120_000,
    );
    await before.stop();
    expect(before.failures).toEqual([]);
    const after = startLoad(gateway.url, model, 4);
    await poll('answers', () => after.total() > 200, 60_000);
    await after.stop();
    expect([after.failures, [...after.answered.keys()]]).toEqual([[], [1]]);
    expect((await request(`${gateway.url}/readyz`)).statusCode).toBe(200);
  }, 300_000);
});
