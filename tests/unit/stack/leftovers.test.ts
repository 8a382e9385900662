import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLeftovers, type LeftoverPlaces, removeLeftovers } from '../../../stack/leftovers.ts';

describe('leftovers', () => {
  let root: string;
  let places: LeftoverPlaces;
  const now = new Date();
  /** @param hours how long ago it was last written */
  const write = async (path: string, { sizeBytes = 1, hours = 0 } = {}) => {
    const full = join(root, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, Buffer.alloc(sizeBytes));
    const time = new Date(now.getTime() - hours * 3_600_000);
    await utimes(full, time, time);
    await utimes(dirname(full), time, time);
  };
  const find = async (overrides: Partial<LeftoverPlaces> = {}) =>
    (await findLeftovers({ ...places, ...overrides })).map(({ path }) => path.slice(root.length + 1));

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'coppice-leftovers-'));
    const [home, cache, bundles, temporary] = ['home', 'cache', 'bundles', 'tmp'].map((it) => join(root, it));
    places = { home, cache, bundles, temporary, running: false, data: false, now };
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('are none where nothing is', async () => {
    expect(await find()).toEqual([]);
  });

  it('are data of earlier stacks, logs and loaded versions, each with all that it holds', async () => {
    await write('home/earlier/2026-05-01/minio/a', { sizeBytes: 1_000 });
    await write('home/earlier/2026-05-01/minio/deep/b', { sizeBytes: 500 });
    await write('home/logs/worker.log', { sizeBytes: 10 });
    await write('home/gateway/mail-filter/1/model.safetensors', { sizeBytes: 20 });
    await write('home/keys/registry.pem');
    await write('home/data/minio/a');
    const found = await findLeftovers(places);
    expect(found.map(({ what, sizeBytes }) => [what, sizeBytes])).toEqual([
      ['data of an earlier stack', 1_500],
      ['log', 10],
      ['versions that a gateway had loaded', 20],
    ]);
  });

  it('are never what a running stack has open', async () => {
    for (const path of ['earlier/x/a', 'logs/worker.log', 'gateway/m/1/a', 'data/minio/a'])
      await write(`home/${path}`);
    expect(await find({ running: true, data: true })).toEqual(['home/earlier/x']);
  });

  it('are the data of the stack where that is asked, and no key', async () => {
    await write('home/data/minio/a');
    await write('home/keys/registry.pem');
    expect(await find()).toEqual([]);
    expect(await find({ data: true })).toEqual(['home/data/minio']);
  });

  it('are uploads and downloads that nobody has written to for a day', async () => {
    await write('tmp/coppice-spool-old/bytes', { hours: 25 });
    await write('tmp/coppice-spool-young/bytes', { hours: 1 });
    await write('tmp/of-another-program/bytes', { hours: 99 });
    await write('cache/unfinished/old/a', { hours: 25 });
    await write('cache/unfinished/young/a', { hours: 1 });
    expect(await find()).toEqual(['tmp/coppice-spool-old', 'cache/unfinished/old']);
  });

  it('are all bundles of workflows but the newest, and servers of another version', async () => {
    await write('bundles/workflows-aaaa.js', { hours: 3 });
    await write('bundles/workflows-bbbb.js', { hours: 1 });
    await write('bundles/other.js', { hours: 9 });
    const component = (version: string) => JSON.stringify({ source: 'go', version, programs: {} });
    for (const [name, version] of [['go-v0.0.1', 'v0.0.1'] as const]) {
      await write(`cache/servers/minio/${name}/component.json`);
      await writeFile(join(root, `cache/servers/minio/${name}/component.json`), component(version));
    }
    await write('cache/servers/minio/of-a-person/readme');
    expect(await find()).toEqual(['bundles/workflows-aaaa.js', 'cache/servers/minio/go-v0.0.1']);
  });

  it('are removed, and nothing else', async () => {
    await write('home/earlier/x/a');
    await write('home/data/minio/a');
    await removeLeftovers(await findLeftovers(places));
    expect(existsSync(join(root, 'home/earlier/x'))).toBe(false);
    expect(existsSync(join(root, 'home/data/minio/a'))).toBe(true);
    expect(await find()).toEqual([]);
  });
});
