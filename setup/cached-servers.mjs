// The servers of the cache: servers/<bundle>/<source>-<version>-<platform>/, each with a component.json that says what it is.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { exists, readJson } from './cache.mjs';
import { isProgram } from './command.mjs';
import { bundles } from './versions.mjs';

/**
 * @typedef {import('./versions.mjs').BundleName} BundleName
 * @typedef {import('./versions.mjs').ServerName} ServerName
 * @typedef {'release' | 'debian' | 'go'} Source
 */

/**
 * @typedef {object} CachedBundle contents of component.json; paths are relative to its folder
 * @property {Source} source
 * @property {string} version
 * @property {Partial<Record<ServerName, string>>} programs
 * @property {Partial<Record<ServerName, string[]>>} [args] what a program needs besides; {folder} is filled in
 * @property {string} [systemFolder] absolute path without which it does not start
 */

export const sources = /** @type {const} */ ({
  release: 'official release',
  debian: 'Debian package',
  go: 'built with go install',
});

/** @param {BundleName} bundle @param {Source} source @param {string} version @returns {string} folder name */
export function bundleFolderName(bundle, source, version) {
  return join('servers', bundle, `${source}-${version}-${process.platform}-${process.arch}`);
}

/**
 * Which versions of the cache count: the pinned ones, and whatever Debian had when it was unpacked.
 * @param {BundleName} bundle
 * @param {CachedBundle} cached
 */
export function isWanted(bundle, cached) {
  const { release, go } = bundles[bundle];
  if (cached.source === 'release') return cached.version === release?.version;
  if (cached.source === 'go') return cached.version === go.version;
  return true;
}

/**
 * @param {string} cache
 * @param {BundleName} bundle
 * @returns {{folder: string, cached: CachedBundle}[]} usable ones, the best source first
 */
export function cachedBundles(cache, bundle) {
  const parent = join(cache, 'servers', bundle);
  const order = Object.keys(sources);
  return listFolders(parent)
    .filter((name) => name.endsWith(`-${process.platform}-${process.arch}`))
    .flatMap((name) => {
      const folder = join(parent, name);
      const cached = /** @type {CachedBundle | undefined} */ (readJson(join(folder, 'component.json')));
      return cached && isWanted(bundle, cached) && isWhole(folder, cached) ? [{ folder, cached }] : [];
    })
    .sort((a, b) => order.indexOf(a.cached.source) - order.indexOf(b.cached.source));
}

/** @param {string} folder @param {CachedBundle} cached */
function isWhole(folder, cached) {
  if (cached.systemFolder !== undefined && !exists(cached.systemFolder)) return false;
  return Object.values(cached.programs).every((path) => isProgram(join(folder, path)));
}

/** @param {string} parent @returns {string[]} */
function listFolders(parent) {
  try {
    return readdirSync(parent);
  } catch {
    return [];
  }
}
