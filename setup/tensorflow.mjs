// TensorFlow for Node: the library, then the addon; the package's own installer where the first way does not go.
import { join } from 'node:path';
import { prepareCache } from './cache.mjs';
import { withLock } from './lock.mjs';
import { buildAddon, installShippedAddon } from './tensorflow-addon.mjs';
import { libraryPresent, obtainLibrary } from './tensorflow-library.mjs';
import { tensorflow } from './versions.mjs';

/**
 * @typedef {import('./locate.mjs').Attempt} Attempt
 * @typedef {import('./progress.mjs').Board} Board
 */

/**
 * Puts the library into the cache. That it fails is no end yet: the addon's step has another way.
 * @param {string} cache
 * @param {Board} board
 * @returns {Promise<Attempt | undefined>} why it failed
 */
export async function setUpLibrary(cache, board) {
  if (libraryPresent(cache)) return undefined;
  const step = board.step('libtensorflow', `version ${tensorflow.version}, from PyPI`);
  try {
    prepareCache(cache);
    const work = async () => {
      if (!libraryPresent(cache)) await obtainLibrary(cache, step);
    };
    await withLock(join(cache, 'locks', 'libtensorflow'), work, () =>
      step.progress(undefined, 'waits for another set-up'),
    );
    step.done(`${tensorflow.version}, from PyPI`);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    step.failed(`the package's own library will be tried: ${why}`);
    return { where: 'wheel from PyPI', why };
  }
}

/**
 * @param {string} root
 * @param {string} cache
 * @param {{board: Board, libraryFailure: Attempt | undefined}} context
 * @returns {Promise<string | undefined>} what could not be done, for the user
 */
export async function setUpAddon(root, cache, { board, libraryFailure }) {
  const step = board.step('TensorFlow addon', 'links to libtensorflow');
  /** @type {Attempt[]} */
  const tried = libraryFailure === undefined ? [] : [libraryFailure];
  if (libraryFailure === undefined) {
    try {
      const how = await buildAddon(root, cache, step);
      step.done(
        how === 'kept' ? 'loads, and multiplies' : `compiled against libtensorflow ${tensorflow.version}`,
      );
      return undefined;
    } catch (error) {
      tried.push({ where: 'build from source', why: error instanceof Error ? error.message : String(error) });
    }
  }
  try {
    await installShippedAddon(root, step);
    step.done(`as @tensorflow/tfjs-node ships it (${tried.map(({ why }) => why).join('; ')})`);
    return undefined;
  } catch (error) {
    tried.push({ where: 'its own installer', why: error instanceof Error ? error.message : String(error) });
  }
  step.failed('not built');
  return addonMessage(tried);
}

/** @param {Attempt[]} tried @returns {string} several lines */
export function addonMessage(tried) {
  const width = Math.max(...tried.map(({ where }) => where.length));
  return [
    'The native addon of @tensorflow/tfjs-node could not be had.',
    ...tried.map(({ where, why }) => `    ${where.padEnd(width)}  ${why}`),
    '  One of these helps:',
    '    install Python 3.8 or newer with pip, make and a C++ compiler (Debian: python3-pip build-essential)',
    '    let pip reach PyPI, or the mirror that it is configured for',
    '    let this machine reach storage.googleapis.com, for the package’s own installer',
  ].join('\n');
}
