// The user's cache folder: what set-up keeps for every clone. Things appear in it by renaming, whole or not at all.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} absolute path; it may not exist yet
 */
export function cacheFolder(env) {
  if (env.COPPICE_CACHE) return env.COPPICE_CACHE;
  const base = env.XDG_CACHE_HOME;
  // The XDG specification has relative paths ignored.
  return join(base && isAbsolute(base) ? base : join(homedir(), '.cache'), 'coppice');
}

/**
 * Makes the cache folder.
 * @param {string} cache
 * @throws {Error} in words for the user, when it cannot be written
 */
export function prepareCache(cache) {
  try {
    for (const name of ['servers', 'libtensorflow', 'locks', 'unfinished']) {
      mkdirSync(join(cache, name), { recursive: true });
    }
    const probe = join(cache, 'unfinished', uniqueName());
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new Error(
      `The cache folder ${cache} cannot be written (${codeOf(error)}). Set COPPICE_CACHE to a folder that can.`,
    );
  }
}

/**
 * Fills a fresh folder and moves it to its place, over what may be left there of a damaged one.
 * Two at once leave one of theirs, whole: the caller's lock only saves the second one's work.
 * @template T
 * @param {string} cache
 * @param {(folder: string) => Promise<{result: T, place: string}>} fill says what it made and which absolute path it gets
 * @returns {Promise<T>}
 */
export async function publishFolder(cache, fill) {
  return withUnfinishedFolder(cache, async (folder) => {
    const { result, place } = await fill(folder);
    await mkdir(dirname(place), { recursive: true });
    await rm(place, { recursive: true, force: true });
    try {
      await rename(folder, place);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
    }
    return result;
  });
}

/**
 * A folder for half-done work, gone afterwards unless it was moved away.
 * @template T
 * @param {string} cache
 * @param {(folder: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withUnfinishedFolder(cache, use) {
  const folder = join(cache, 'unfinished', uniqueName());
  await mkdir(folder, { recursive: true });
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Removes what interrupted set-ups left behind: folders of processes of this host that no longer live.
 * @param {string} cache
 */
export async function sweepUnfinished(cache) {
  const folder = join(cache, 'unfinished');
  for (const name of await readdir(folder)) {
    const [host, pid] = name.split('~');
    if (host === hostname() && !isAlive(Number(pid)))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** @param {number} pid @returns {boolean} */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * @param {string} path
 * @returns {unknown} undefined when it is missing or no JSON: a stamp that cannot be read counts as none
 */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} path @param {unknown} value written whole or not at all */
export function writeJson(path, value) {
  const unfinished = `${path}.${uniqueName()}`;
  writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(unfinished, path);
}

/** @param {string} path @returns {boolean} */
export function exists(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** @param {unknown} error @returns {string} its code, such as ENOENT, or its message */
export function codeOf(error) {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function uniqueName() {
  return `${hostname()}~${process.pid}~${randomBytes(4).toString('hex')}`;
}
