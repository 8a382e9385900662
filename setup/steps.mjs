// The set-up in its order: what needs nothing begins at once, the addon follows the packages and its library.
import { join } from 'node:path';
import { cacheFolder, prepareCache, sweepUnfinished } from './cache.mjs';
import { sources } from './cached-servers.mjs';
import { findChromium, setUpChromium } from './chromium.mjs';
import { locateServers } from './locate.mjs';
import { withLock } from './lock.mjs';
import { installPackages, packagesPresent } from './node-packages.mjs';
import { missingMessage, obtainBundle } from './servers.mjs';
import { setUpAddon, setUpLibrary } from './tensorflow.mjs';
import { addonPresent } from './tensorflow-addon.mjs';
import { kernelsSettled, setUpKernels } from './tensorflow-kernels.mjs';
import { bundles } from './versions.mjs';

/**
 * @typedef {import('./progress.mjs').Board} Board
 * @typedef {import('./versions.mjs').BundleName} BundleName
 * @typedef {Awaited<ReturnType<typeof locateServers>>} LocatedServers
 */

/**
 * Installs what is missing and nothing else.
 * @param {string} root of the repository
 * @param {NodeJS.ProcessEnv} env
 * @param {{board: Board, forTests?: boolean}} options
 * @returns {Promise<string[]>} a message for each thing that could not be had
 */
export async function setUp(root, env, { board, forTests = false }) {
  const located = await locateServers(env);
  const wanted = missingBundles(located, env, forTests);
  const needsAddon = addonPresent(root) === undefined || !kernelsSettled(root, env);
  const needsChromium = forTests && findChromium(env) === undefined;
  if (wanted.length === 0 && !needsAddon && !needsChromium && packagesPresent(root)) return [];
  const cache = cacheFolder(env);
  prepareCache(cache);
  await sweepUnfinished(cache);
  const results = await Promise.all([
    setUpNode(root, cache, board),
    ...wanted.map((bundle) => setUpBundle(bundle, { cache, located, board })),
    ...(needsChromium ? [setUpChromium(board)] : []),
  ]);
  return results.filter((message) => message !== undefined);
}

/**
 * Bundles with a program that is not there, but for those whose server runs elsewhere.
 * @param {LocatedServers} located
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} [forTests] with those that only the tests run
 * @returns {BundleName[]}
 */
export function missingBundles(located, env, forTests = false) {
  const names = /** @type {BundleName[]} */ (Object.keys(bundles));
  return names.filter((name) => {
    const { programs, addressVariable, onlyForTests } = bundles[name];
    if (onlyForTests && !forTests) return false;
    const elsewhere = addressVariable !== undefined && Boolean(env[addressVariable]);
    return !elsewhere && programs.some((program) => 'missing' in located[program]);
  });
}

/**
 * Packages and library side by side, then the addon. One set-up at a time in one clone.
 * @param {string} root
 * @param {string} cache
 * @param {Board} board
 * @returns {Promise<string | undefined>}
 */
async function setUpNode(root, cache, board) {
  const work = async () => {
    // Installing packages removes the addon with the rest of node_modules.
    const buildsAddon = !packagesPresent(root) || addonPresent(root) === undefined;
    if (!buildsAddon) {
      await setUpKernels(root, cache, { board });
      return undefined;
    }
    const [packagesFailure, libraryFailure] = await Promise.all([
      setUpPackages(root, board),
      setUpLibrary(cache, board),
    ]);
    const failure = packagesFailure ?? (await setUpAddon(root, cache, { board, libraryFailure }));
    if (failure === undefined) await setUpKernels(root, cache, { board });
    return failure;
  };
  const wait = () => board.line('Another set-up works on this clone: this one waits for it.');
  return withLock(join(root, '.coppice', 'setup.lock'), work, wait);
}

/** @param {string} root @param {Board} board @returns {Promise<string | undefined>} */
async function setUpPackages(root, board) {
  if (packagesPresent(root)) return undefined;
  const step = board.step('Node packages', 'npm ci');
  try {
    step.done(await installPackages(root, step));
    return undefined;
  } catch (error) {
    step.failed('not installed');
    const why = error instanceof Error ? error.message : String(error);
    return `The Node packages could not be installed.\n    ${why}\n  npm ci --ignore-scripts shows all of what npm says.`;
  }
}

/**
 * @param {BundleName} bundle
 * @param {{cache: string, located: LocatedServers, board: Board}} context
 * @returns {Promise<string | undefined>}
 */
async function setUpBundle(bundle, { cache, located, board }) {
  const { title, programs } = bundles[bundle];
  const before = programs.flatMap((program) => {
    const server = located[program];
    return 'missing' in server ? server.tried : [];
  });
  // A path that was given and is wrong is for its giver to mend: another program would be a surprise.
  const wrong = before.filter(({ where }) => where.startsWith('COPPICE_') && where.includes('='));
  if (wrong.length > 0)
    return wrong.map(({ where, why }) => `${where}: ${why}. Correct it, or unset it.`).join('\n');
  const step = board.step(title, 'official release');
  const outcome = await obtainBundle(bundle, cache, step);
  if ('got' in outcome) {
    step.done(`${outcome.got.version}, ${sources[outcome.got.source]}`);
    return undefined;
  }
  step.failed('not to be had');
  return missingMessage(bundle, [...before.slice(0, before.length / programs.length), ...outcome.tried]);
}
