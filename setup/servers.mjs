// Gets the servers that are missing: each source in its order until one gives a program that runs.
import { join } from 'node:path';
import { prepareCache, publishFolder, writeJson } from './cache.mjs';
import { bundleFolderName, cachedBundles, sources } from './cached-servers.mjs';
import { withLock } from './lock.mjs';
import { askVersion, tooOld } from './probe.mjs';
import { fromDebian, fromGo, fromRelease } from './server-sources.mjs';
import { createTurns } from './turns.mjs';
import { bundles, servers } from './versions.mjs';

/**
 * @typedef {import('./cached-servers.mjs').CachedBundle} CachedBundle
 * @typedef {import('./cached-servers.mjs').Source} Source
 * @typedef {import('./locate.mjs').Attempt} Attempt
 * @typedef {import('./progress.mjs').Step} Step
 * @typedef {import('./versions.mjs').BundleName} BundleName
 * @typedef {import('./versions.mjs').ServerName} ServerName
 */

/**
 * @typedef {object} Way one way to get a bundle
 * @property {Source} source
 * @property {(folder: string) => Promise<CachedBundle>} fill
 */

const goBuilds = createTurns();

/**
 * The ways in their order. Building from source comes last: it takes longest.
 * @param {BundleName} bundle
 * @param {Step} step
 * @returns {Way[]}
 */
export function waysToGet(bundle, step) {
  return [
    { source: 'release', fill: (folder) => fromRelease(bundle, folder, step) },
    { source: 'debian', fill: (folder) => fromDebian(bundle, folder, step) },
    {
      source: 'go',
      fill: (folder) => {
        step.progress(undefined, 'waits for another build');
        return goBuilds(() => fromGo(bundle, folder, step));
      },
    },
  ];
}

/**
 * Tries one way after the other until one works.
 * @template T
 * @param {{source: Source, get: () => Promise<T>}[]} ways
 * @returns {Promise<{got: T, tried: Attempt[]} | {missing: true, tried: Attempt[]}>}
 */
export async function firstThatWorks(ways) {
  /** @type {Attempt[]} */
  const tried = [];
  for (const { source, get } of ways) {
    try {
      return { got: await get(), tried };
    } catch (error) {
      tried.push({ where: sources[source], why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { missing: true, tried };
}

/**
 * Brings a bundle into the cache.
 * @param {BundleName} bundle
 * @param {string} cache
 * @param {Step} step
 * @returns {Promise<{got: CachedBundle, tried: Attempt[]} | {missing: true, tried: Attempt[]}>}
 */
export async function obtainBundle(bundle, cache, step) {
  prepareCache(cache);
  const wait = () => step.progress(undefined, 'waits for another set-up');
  const work = async () => {
    const meanwhile = cachedBundles(cache, bundle)[0];
    if (meanwhile !== undefined) return { got: meanwhile.cached, tried: [] };
    return firstThatWorks(
      waysToGet(bundle, step).map(({ source, fill }) => ({
        source,
        get: () => publishBundle(bundle, cache, fill),
      })),
    );
  };
  return withLock(join(cache, 'locks', bundle), work, wait);
}

/**
 * @param {BundleName} bundle
 * @param {string} cache
 * @param {Way['fill']} fill
 */
async function publishBundle(bundle, cache, fill) {
  return publishFolder(cache, async (folder) => {
    const filled = await fill(folder);
    await proveThatItRuns(bundle, folder, filled);
    writeJson(join(folder, 'component.json'), filled);
    return { result: filled, place: join(cache, bundleFolderName(bundle, filled.source, filled.version)) };
  });
}

/**
 * @param {BundleName} bundle
 * @param {string} folder
 * @param {CachedBundle} filled
 */
async function proveThatItRuns(bundle, folder, filled) {
  for (const program of bundles[bundle].programs) {
    const path = filled.programs[program];
    if (path === undefined) throw new Error(`it holds no ${program}`);
    const old = tooOld(await askVersion(program, join(folder, path)), servers[program].lowest);
    if (old !== undefined) throw new Error(`its ${program} is too old: ${old}`);
  }
}

/**
 * What to do about a bundle that no way gave.
 * @param {BundleName} bundle
 * @param {Attempt[]} tried
 * @returns {string} several lines
 */
export function missingMessage(bundle, tried) {
  const { title, programs, addressVariable, release } = bundles[bundle];
  const width = Math.max(...tried.map(({ where }) => where.length));
  const variables = programs.map((program) => servers[program].variable).join(' and ');
  return [
    `${title} (${programs.join(', ')}) could not be had.`,
    ...tried.map(({ where, why }) => `    ${where.padEnd(width)}  ${why}`),
    '  One of these helps:',
    `    put ${programs.join(' and ')} on PATH, or name the file${programs.length > 1 ? 's' : ''} in ${variables}`,
    ...(release === null ? [] : ['    let this machine reach github.com, once']),
    '    install Go 1.21 or newer (https://go.dev/dl/) and run this again: it is then built from source',
    ...(addressVariable === undefined ? [] : [`    set ${addressVariable} to one that runs elsewhere`]),
  ].join('\n');
}
