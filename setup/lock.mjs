// One set-up at a time does a long step; others wait for it and then find the work done.
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, isAlive } from './cache.mjs';

const touchEveryMs = 5_000;
const staleAfterMs = 60_000; // twelve missed touches: the holder is gone, or its host is

/**
 * Holds the lock while `work` runs.
 * @template T
 * @param {string} path of the lock file
 * @param {() => Promise<T>} work
 * @param {(holder: string) => void} [onWait] called once when another holds it
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = JSON.stringify({ host: hostname(), pid: process.pid });
  let told = false;
  while (!tryTake(path, mine)) {
    const theirs = readHolder(path);
    if (theirs !== undefined && isStale(path, theirs)) {
      clearAway(path, theirs);
      continue;
    }
    if (!told && theirs !== undefined) onWait?.(theirs);
    told = true;
    await wait(250);
  }
  const touching = setInterval(() => touch(path), touchEveryMs);
  touching.unref();
  try {
    return await work();
  } finally {
    clearInterval(touching);
    rmSync(path, { force: true });
  }
}

/** @param {string} path @param {string} mine */
function tryTake(path, mine) {
  try {
    writeFileSync(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} path @returns {string | undefined} undefined when it was given back meanwhile */
function readHolder(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} path @param {string} holder */
function isStale(path, holder) {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > staleAfterMs) return true;
  try {
    const { host, pid } = JSON.parse(holder);
    return host === hostname() && !isAlive(pid);
  } catch {
    return age > touchEveryMs; // half-written: its writer died between two system calls
  }
}

/**
 * Takes a dead holder's lock away. Two waiters may both see it dead: only the file that was seen may go.
 * @param {string} path
 * @param {string} seen
 */
function clearAway(path, seen) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another waiter was first
  }
  if (readHolder(aside) !== seen) {
    try {
      linkSync(aside, path);
    } catch {
      // A third waiter has it already.
    }
  }
  rmSync(aside, { force: true });
}

/** @param {string} path */
function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The file was taken away by hand; the work goes on, and publishing by rename keeps the cache whole.
  }
}
