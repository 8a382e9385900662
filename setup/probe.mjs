// Asks a program for its version and judges whether it is recent enough.
// Answers are remembered by path, size and time of change, so that the next look costs no process.
import { execFile } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './cache.mjs';
import { isProgram } from './command.mjs';
import { servers } from './versions.mjs';

/**
 * @typedef {import('./versions.mjs').ServerName} ServerName
 * @typedef {Record<string, {mtimeMs: number, sizeBytes: number, version: string}>} KnownVersions
 */

/**
 * A memory of versions that were asked before.
 * @param {string} cache folder; one that cannot be written only costs time
 */
export function createVersionProbe(cache) {
  const file = join(cache, 'versions.json');
  const stored = readJson(file);
  const known = /** @type {KnownVersions} */ (stored !== null && typeof stored === 'object' ? stored : {});
  let changed = false;
  return {
    /**
     * @param {ServerName} server
     * @param {string} path
     * @returns {Promise<string>} the version, '' when it knows none of its own (built from source)
     * @throws {Error} why this is no such program
     */
    async versionOf(server, path) {
      if (!isProgram(path)) throw new Error('no such program');
      const { mtimeMs, size: sizeBytes } = statSync(path);
      const before = known[path];
      if (before && before.mtimeMs === mtimeMs && before.sizeBytes === sizeBytes) return before.version;
      const version = await askVersion(server, path);
      known[path] = { mtimeMs, sizeBytes, version };
      changed = true;
      return version;
    },
    remember() {
      if (!changed) return;
      try {
        mkdirSync(cache, { recursive: true });
        writeJson(file, known);
      } catch {
        // Read-only cache: the next look asks again.
      }
    },
  };
}

/**
 * @param {ServerName} server
 * @param {string} path
 * @returns {Promise<string>}
 */
export function askVersion(server, path) {
  return new Promise((resolve, reject) => {
    execFile(path, ['--version'], { timeout: 10_000 }, (error, stdout, stderr) => {
      const match = servers[server].versionPattern.exec(`${stdout}\n${stderr}`);
      if (match) resolve(match[1] ?? '');
      else
        reject(new Error(error ? `--version fails (${error.message.split('\n')[0]})` : `is not ${server}`));
    });
  });
}

/**
 * @param {string} version as the program prints it
 * @param {string | null} lowest
 * @returns {string | undefined} why it is too old; builds without a version of their own pass
 */
export function tooOld(version, lowest) {
  if (lowest === null || /^(0\.0\.0|DEVELOPMENT|\(?devel|$)/i.test(version)) return undefined;
  return compareVersions(version, lowest) < 0 ? `version ${version} is older than ${lowest}` : undefined;
}

/**
 * @param {string} a
 * @param {string} b
 * @returns {number} negative when a comes before b; looks at the three leading numbers only
 */
export function compareVersions(a, b) {
  const numbers = (/** @type {string} */ text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
