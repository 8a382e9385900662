import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleFolderName } from '../../../setup/cached-servers.mjs';
import { locateServers } from '../../../setup/locate.mjs';
import { missingBundles } from '../../../setup/steps.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coppice-locate-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const environment = (more: Record<string, string> = {}) => ({
  PATH: join(folder, 'bin'),
  COPPICE_CACHE: join(folder, 'cache'),
  ...more,
});

/** A program that answers --version with these words. */
function program(path: string, words: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho '${words}'\n`);
  chmodSync(file, 0o755);
  return file;
}

function cached(source: 'release' | 'debian' | 'go', version: string, more: object = {}): string {
  const place = join('cache', bundleFolderName('alertmanager', source, version));
  program(join(place, 'alertmanager'), `alertmanager, version ${version}`);
  const component = { source, version, programs: { alertmanager: 'alertmanager' }, ...more };
  writeFileSync(join(folder, place, 'component.json'), JSON.stringify(component));
  return join(folder, place);
}

describe('finding a server', () => {
  it('takes the path in the environment before PATH, and PATH before the cache', async () => {
    cached('release', '0.28.1');
    expect((await locateServers(environment())).alertmanager).toMatchObject({
      from: 'cache',
      version: '0.28.1',
    });
    const onPath = program('bin/prometheus-alertmanager', 'alertmanager, version 0.27.0');
    expect((await locateServers(environment())).alertmanager).toMatchObject({ from: 'path', path: onPath });
    const mine = program('mine', 'alertmanager, version 0.1.0 (mine)');
    const located = await locateServers(environment({ COPPICE_ALERTMANAGER_BIN: mine }));
    expect(located.alertmanager).toMatchObject({ from: 'environment', path: mine, version: '0.1.0' });
  });

  it('reports a path in the environment that does not serve, and looks no further', async () => {
    program('bin/minio', 'minio version RELEASE.2025-09-07');
    const located = await locateServers(environment({ COPPICE_MINIO_BIN: '/nowhere/minio' }));
    expect(located.minio).toEqual({
      missing: true,
      tried: [{ where: 'COPPICE_MINIO_BIN=/nowhere/minio', why: 'no such program' }],
    });
  });

  it('passes over a program on PATH that is too old or another one of that name, and says so', async () => {
    const old = program('bin/prometheus', 'prometheus, version 2.24.1+ds');
    const other = program('bin/temporal', 'temporal logic checker 3');
    const located = await locateServers(environment());
    expect(located.prometheus).toMatchObject({
      missing: true,
      tried: [
        { where: 'COPPICE_PROMETHEUS_BIN' },
        { why: `${old}: version 2.24.1+ds is older than 2.42.0` },
        {},
      ],
    });
    expect(located.temporal).toMatchObject({ tried: [{}, { why: `${other}: is not temporal` }, {}] });
  });

  it('accepts builds that know no version of their own', async () => {
    program('bin/alertmanager', 'alertmanager, version  (branch: , revision: unknown)');
    program('bin/temporal', 'temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)');
    const located = await locateServers(environment());
    expect(located.temporal).toMatchObject({ from: 'path', version: '0.0.0-DEV' });
    expect(located.alertmanager).toMatchObject({ from: 'path' });
  });

  it('asks a program again once it has changed', async () => {
    program('bin/minio', 'minio version RELEASE.1');
    expect((await locateServers(environment())).minio).toMatchObject({ version: 'RELEASE.1' });
    program('bin/minio', 'minio version RELEASE.20');
    expect((await locateServers(environment())).minio).toMatchObject({ version: 'RELEASE.20' });
  });
});

describe('servers in the cache', () => {
  it('come from the best source that is there', async () => {
    cached('go', 'v0.28.1');
    cached('debian', '0.25.0-1');
    expect((await locateServers(environment())).alertmanager).toMatchObject({
      from: 'debian',
      version: '0.25.0-1',
    });
    cached('release', '0.28.1');
    expect((await locateServers(environment())).alertmanager).toMatchObject({ detail: 'official release' });
  });

  it('do not count in another version than the pinned one, nor when a file is gone', async () => {
    cached('release', '0.20.0');
    expect((await locateServers(environment())).alertmanager).toMatchObject({ missing: true });
    rmSync(join(cached('release', '0.28.1'), 'alertmanager'));
    expect((await locateServers(environment())).alertmanager).toMatchObject({ missing: true });
  });

  it('do not count when the system folder that they read is gone', async () => {
    cached('debian', '0.25.0-1', { systemFolder: join(folder, 'templates') });
    expect((await locateServers(environment())).alertmanager).toMatchObject({ missing: true });
    mkdirSync(join(folder, 'templates'));
    expect((await locateServers(environment())).alertmanager).toMatchObject({ from: 'debian' });
  });

  it('come with the arguments that tell them where they were unpacked', async () => {
    const place = cached('debian', '0.25.0-1', { args: { alertmanager: ['--assets={folder}/web'] } });
    expect((await locateServers(environment())).alertmanager).toMatchObject({
      args: [`--assets=${place}/web`],
    });
  });
});

describe('what is to be installed', () => {
  it('is every bundle with a missing program, but for those that run elsewhere', async () => {
    program('bin/prometheus', 'prometheus, version 3.5.0');
    program('bin/minio', 'minio version RELEASE.1');
    const located = await locateServers(environment());
    expect(missingBundles(located, {})).toEqual(['temporal', 'prometheus', 'alertmanager']);
    expect(missingBundles(located, { TEMPORAL_ADDRESS: 'temporal.example:7233' })).toEqual([
      'prometheus',
      'alertmanager',
    ]);
    expect(missingBundles(located, {}, true)).toContain('versitygw'); // which only tests run
  });
});
