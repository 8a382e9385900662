import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeStore, examine } from '../../../command-line/commands/doctor.ts';

const missing = (component: string) => ({
  component,
  ...{ version: '', from: '', state: 'missing' as const, detail: 'PATH: not there' },
});
const store = createServer((_request, response) => response.writeHead(403).end());
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
});
afterAll(() => store.close());

describe('examine', () => {
  it('calls a program missing where nothing else takes its place', async () => {
    const rows = await examine([missing('minio'), missing('promtool')], undefined, {});
    expect(rows.map(({ state, health }) => [state, health])).toEqual([
      ['missing', 'not running'],
      ['missing', ''],
    ]);
  });

  it('misses no program where a variable names a server of yours, and asks that one', async () => {
    const [minio, temporal] = await examine([missing('minio'), missing('temporal')], undefined, {
      MINIO_ENDPOINT: url,
      TEMPORAL_ADDRESS: '127.0.0.1:9', // the discard port: nothing listens there
    });
    expect(minio).toMatchObject({
      state: 'external',
      health: 'healthy',
      from: 'MINIO_ENDPOINT',
      detail: url,
    });
    expect(temporal).toMatchObject({ state: 'external', health: 'does not answer' });
    expect(temporal.detail).toContain('ECONNREFUSED');
  });

  it('needs no promtool either where Prometheus is yours', async () => {
    const [promtool] = await examine([missing('promtool')], undefined, {
      PROMETHEUS_URL: 'http://127.0.0.1:9',
    });
    expect(promtool).toMatchObject({ state: 'external', health: 'does not answer' });
  });
});

describe('describeStore', () => {
  it('says where the store is and each thing that it lacks, or that it lacks nothing', () => {
    const locations = ['http://127.0.0.1:9000/artifacts', 'http://127.0.0.1:9000/registry'];
    expect(describeStore({ locations, lacks: ['the registry has no object lock'] })).toEqual([
      '',
      `the store of ${locations.join(' and ')} lacks:`,
      '  the registry has no object lock',
    ]);
    expect(describeStore({ locations, lacks: [] }).at(1)).toMatch(
      /locks objects and honours conditional writes$/,
    );
    expect(describeStore(undefined)).toEqual([]);
  });
});
