// The native addon of @tensorflow/tfjs-node: linked to the cached library, compiled here, proven by a product of matrices.
import { existsSync, realpathSync } from 'node:fs';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exists, publishFolder, readJson, writeJson } from './cache.mjs';
import { findOnPath, runCommand } from './command.mjs';
import { unreachable } from './download.mjs';
import { libraryFolder } from './tensorflow-library.mjs';
import { tensorflow } from './versions.mjs';

/**
 * @typedef {import('./progress.mjs').Step} Step
 * @typedef {{library: string, platform: string, package: string}} AddonStamp library: version, or 'as shipped'
 */

const shipped = 'as shipped';

/** @param {string} root @returns {string} */
function packageFolder(root) {
  return join(root, 'node_modules', '@tensorflow', 'tfjs-node');
}

/** @param {string} root */
function stampFile(root) {
  return join(packageFolder(root), 'lib', 'coppice-addon.json');
}

/**
 * Whether the addon was built and proven before. Reads two files; loads nothing.
 * @param {string} root
 * @returns {{library: string} | undefined} the version of its libtensorflow
 */
export function addonPresent(root) {
  const stamp = /** @type {AddonStamp | undefined} */ (readJson(stampFile(root)));
  if (stamp === undefined || !existsSync(join(packageFolder(root), 'deps', 'lib'))) return undefined;
  const { library, ...rest } = stamp;
  const wanted = newStamp(root, library);
  if (JSON.stringify({ library, ...rest }) !== JSON.stringify(wanted)) return undefined;
  return library === tensorflow.version || library === shipped ? { library } : undefined;
}

/**
 * @param {string} root
 * @param {string} library
 * @returns {AddonStamp}
 */
function newStamp(root, library) {
  const { version } = /** @type {{version: string}} */ (
    readJson(join(packageFolder(root), 'package.json')) ?? {}
  );
  // Node's own version does not matter: the addon speaks Node-API.
  return { library, platform: `${process.platform}-${process.arch}`, package: version };
}

/**
 * Links the package to the cached library and gives it an addon: the one it has, the one of an earlier clone, or a new one.
 * @param {string} root
 * @param {string} cache
 * @param {Step} step
 * @returns {Promise<'kept' | 'compiled'>}
 * @throws {Error} why it cannot
 */
export async function buildAddon(root, cache, step) {
  const folder = packageFolder(root);
  await rm(join(folder, 'deps'), { recursive: true, force: true });
  await mkdir(join(folder, 'deps'));
  for (const name of ['include', 'lib']) {
    await symlink(join(libraryFolder(cache), name), join(folder, 'deps', name));
  }
  const stamp = newStamp(root, tensorflow.version);
  const addon = join(folder, 'lib');
  const kept = join(libraryFolder(cache), `addon-${stamp.package}`);
  if (!exists(addon) && exists(kept)) await cp(kept, addon, { recursive: true });
  const how = (await works(root)) ? 'kept' : 'compiled';
  if (how === 'compiled') {
    await compile(root, step);
    await proveAddon(root);
  }
  await rm(stampFile(root), { force: true });
  await publishFolder(cache, async (unfinished) => {
    await cp(addon, unfinished, { recursive: true });
    return { result: undefined, place: kept };
  });
  writeJson(stampFile(root), stamp);
  return how;
}

/**
 * @param {string} root
 * @param {Step} step
 */
async function compile(root, step) {
  requireCompiler();
  step.progress(undefined, `compiles against libtensorflow ${tensorflow.version}`);
  const script = join(root, 'node_modules', '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp');
  const headers = headersFolder(process.env, process.execPath);
  const nodedir = headers === undefined ? [] : [`--nodedir=${headers}`];
  await runCommand(process.execPath, [script, 'install', '--build-from-source', ...nodedir], {
    cwd: packageFolder(root),
    env: { ...process.env, npm_config_node_gyp: nodeGyp(process.env) },
    onLine: step.detail,
    timeoutMs: 900_000, // seconds on two cores, and minutes where there is little memory
  });
}

/** @param {string} root */
async function works(root) {
  if (!exists(join(packageFolder(root), 'lib'))) return false;
  return proveAddon(root).then(
    () => true,
    () => false,
  );
}

/**
 * The package's own installer: an older libtensorflow from its makers' host.
 * @param {string} root
 * @param {Step} step
 * @throws {Error} why it cannot
 */
export async function installShippedAddon(root, step) {
  const host = new URL(process.env.TFJS_NODE_CDN_STORAGE ?? 'https://storage.googleapis.com/').host;
  const obstacle = await unreachable(host);
  if (obstacle !== undefined) throw new Error(obstacle);
  step.progress(undefined, "the package's own installer");
  const bin = join(root, 'node_modules', '.bin');
  await runCommand(process.execPath, ['scripts/install.js'], {
    cwd: packageFolder(root),
    env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` },
    onLine: step.detail,
    timeoutMs: 1_800_000,
  });
  await proveAddon(root);
  writeJson(stampFile(root), newStamp(root, shipped));
}

/**
 * Loads the addon in a process of its own, where a library that does not fit can only end that one, and multiplies.
 * @param {string} root
 */
async function proveAddon(root) {
  const program = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined; // gone since Node 23
    const tf = require('@tensorflow/tfjs-node');
    if (tf.getBackend() !== 'tensorflow') throw new Error('error: backend is ' + tf.getBackend());
    const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).arraySync();
    if (JSON.stringify(product) !== '[[19,22],[43,50]]') throw new Error('error: the product is ' + product);`;
  await runCommand(process.execPath, ['-e', program], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '2' },
    timeoutMs: 60_000,
  });
}

/** @throws {Error} naming what is missing */
function requireCompiler() {
  const missing = [
    ['make', 'gmake'],
    ['c++', 'g++', 'clang++'],
  ].filter((names) => !names.some((name) => findOnPath(name, process.env)));
  if (process.env.CXX === undefined && missing.length > 0) {
    throw new Error(`${missing.map(([name]) => name).join(' and ')} not here (Debian: build-essential)`);
  }
}

/**
 * npm carries node-gyp and names it to its scripts; started by hand, we look beside the npm of PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} undefined leaves the search to node-pre-gyp
 */
export function nodeGyp(env) {
  const npm = env.npm_execpath ?? findOnPath('npm', env);
  const carried =
    npm && join(dirname(dirname(realpathSync(npm))), 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  return env.npm_config_node_gyp ?? (carried && existsSync(carried) ? carried : undefined);
}

/**
 * Where Node's headers are installed. Any version's will do: the addon uses Node-API alone.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} execPath
 * @returns {string | undefined} undefined lets node-gyp download them
 */
export function headersFolder(env, execPath) {
  const candidates = [env.npm_config_nodedir, dirname(dirname(execPath)), '/usr', '/usr/local'];
  return candidates.find((folder) => folder && existsSync(join(folder, 'include', 'node', 'node_api.h')));
}
