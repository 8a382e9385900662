import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cacheFolder,
  prepareCache,
  publishFolder,
  readJson,
  sweepUnfinished,
  writeJson,
} from '../../../setup/cache.mjs';

/** No process has it: Linux and macOS give at most 4,194,304. */
const deadPid = 2_000_000_000;

let cache = '';
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'coppice-cache-'));
  prepareCache(cache);
});
afterEach(() => rmSync(cache, { recursive: true }));

describe('the cache folder', () => {
  it('is what COPPICE_CACHE says, then the XDG folder, then ~/.cache', () => {
    expect(cacheFolder({ COPPICE_CACHE: '/c', XDG_CACHE_HOME: '/x' })).toBe('/c');
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/coppice');
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).toBe(join(homedir(), '.cache/coppice'));
  });

  it('says which folder cannot be written and what to set instead', () => {
    writeFileSync(join(cache, 'file'), '');
    expect(() => prepareCache(join(cache, 'file', 'below'))).toThrow(
      /below cannot be written .*COPPICE_CACHE/,
    );
  });
});

describe('publishing a folder', () => {
  const place = () => join(cache, 'servers', 'minio');

  it('shows it whole, at its place, and leaves nothing unfinished', async () => {
    const result = await publishFolder(cache, (folder) => {
      writeFileSync(join(folder, 'minio'), 'program');
      expect(existsSync(place())).toBe(false);
      return Promise.resolve({ result: 7, place: place() });
    });
    expect(result).toBe(7);
    expect(readFileSync(join(place(), 'minio'), 'utf8')).toBe('program');
    expect(readdirSync(join(cache, 'unfinished'))).toEqual([]);
  });

  it('shows nothing when filling fails, and passes the failure on', async () => {
    const failing = publishFolder(cache, (folder) => {
      writeFileSync(join(folder, 'minio'), 'half');
      return Promise.reject(new Error('no network'));
    });
    await expect(failing).rejects.toThrow('no network');
    expect(existsSync(place())).toBe(false);
    expect(readdirSync(join(cache, 'unfinished'))).toEqual([]);
  });

  it('replaces what is left of a damaged one', async () => {
    mkdirSync(place());
    writeFileSync(join(place(), 'rest'), '');
    await publishFolder(cache, () => Promise.resolve({ result: undefined, place: place() }));
    expect(readdirSync(place())).toEqual([]);
  });
});

describe('what interrupted set-ups leave behind', () => {
  it('is removed when its process is gone, and only then', async () => {
    const names = [`${hostname()}~${deadPid}~a`, `${hostname()}~${process.pid}~b`, `elsewhere~${deadPid}~c`];
    for (const name of names) mkdirSync(join(cache, 'unfinished', name));
    await sweepUnfinished(cache);
    expect(readdirSync(join(cache, 'unfinished')).sort()).toEqual(names.slice(1).sort());
  });

  it('counts a stamp that is cut short as none', () => {
    const file = join(cache, 'stamp.json');
    writeJson(file, { lock: 'abc' });
    expect(readJson(file)).toEqual({ lock: 'abc' });
    writeFileSync(file, '{"lock": "ab');
    expect(readJson(file)).toBeUndefined();
  });
});
