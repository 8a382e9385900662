// The packages of the lock file, exactly. A stamp in node_modules says which lock file they were installed from.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './cache.mjs';
import { runCommand } from './command.mjs';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [link]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 *
 * @typedef {Record<string, LockedPackage>} LockedPackages by path, as in package-lock.json
 * @typedef {{os: string, cpu: string, libc: 'glibc' | 'musl'}} Host
 */

/**
 * What the installed packages depend on: the lock file and the processor. Not Node: every native package here
 * is built against Node-API, which does not change between versions.
 * @param {string} lockText
 */
export function packagesStamp(lockText) {
  return {
    lock: createHash('sha256').update(lockText).digest('hex'),
    platform: `${process.platform}-${process.arch}`,
  };
}

/**
 * Whether node_modules holds what the lock file says. Where the stamp does not tell, npm's own record is compared,
 * so that packages installed by hand are not installed again.
 * @param {string} root
 */
export function packagesPresent(root) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = packagesStamp(lockText);
  const file = stampFile(root);
  if (JSON.stringify(readJson(file)) === JSON.stringify(stamp)) return true;
  const installed = /** @type {{packages?: LockedPackages} | undefined} */ (
    readJson(join(root, 'node_modules', '.package-lock.json'))
  );
  if (installed?.packages === undefined) return false;
  if (difference(JSON.parse(lockText).packages, installed.packages, thisHost()) !== undefined) return false;
  writeJson(file, stamp);
  return true;
}

/**
 * @param {LockedPackages} locked
 * @param {LockedPackages} installed
 * @param {Host} host
 * @returns {string | undefined} the first package that differs, in words
 */
export function difference(locked, installed, host) {
  for (const [path, wanted] of Object.entries(locked)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue;
    const actual = installed[path];
    if (actual === undefined) {
      if (isNeeded(wanted, host)) return `${path} is missing`;
    } else if (actual.version !== wanted.version || actual.integrity !== wanted.integrity) {
      return `${path} is ${actual.version}, not ${wanted.version}`;
    }
  }
  return Object.keys(installed)
    .filter((path) => locked[path] === undefined)
    .map((path) => `${path} is not in the lock file`)[0];
}

/** @param {LockedPackage} wanted @param {Host} host */
function isNeeded(wanted, host) {
  if (!wanted.optional) return true;
  // Optional without a platform of its own is needed by other platforms' packages only.
  if (wanted.os === undefined || wanted.cpu === undefined) return false;
  return (
    wanted.os.includes(host.os) &&
    wanted.cpu.includes(host.cpu) &&
    (wanted.libc ?? [host.libc]).includes(host.libc)
  );
}

/**
 * Runs `npm ci`. No package's install script runs: the one that is needed, TensorFlow's, has a step of its own.
 * @param {string} root
 * @param {import('./progress.mjs').Step} step
 * @returns {Promise<string>} what was done
 */
export async function installPackages(root, step) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const total = topLevelPackages(JSON.parse(lockText).packages);
  const watching = setInterval(() => {
    const count = Math.min(total, countPackages(join(root, 'node_modules')));
    step.progress(Math.min(0.99, count / total), `${count} of ${total} packages`);
  }, 300);
  try {
    const { command, args } = npmCommand(process.env.npm_execpath);
    const flags = [
      'ci',
      '--ignore-scripts',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
    ];
    await runCommand(command, [...args, ...flags], { cwd: root, onLine: step.detail });
  } finally {
    clearInterval(watching);
  }
  writeJson(stampFile(root), packagesStamp(lockText));
  return `${total} packages from the lock file`;
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'node_modules', '.coppice-packages.json');
}

/**
 * The npm that runs this, or the one on PATH.
 * @param {string | undefined} execPath npm's own script, as npm tells its scripts
 */
export function npmCommand(execPath) {
  if (execPath !== undefined && /npm-cli\.js$/.test(execPath))
    return { command: process.execPath, args: [execPath] };
  return { command: 'npm', args: [] };
}

/** @param {LockedPackages} locked @returns {number} packages directly in node_modules that every platform gets */
export function topLevelPackages(locked) {
  return Object.entries(locked).filter(
    ([path, entry]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !entry.optional,
  ).length;
}

/**
 * npm makes all folders first; a package is there once its package.json is.
 * @param {string} folder node_modules
 * @returns {number}
 */
function countPackages(folder) {
  return listNames(folder)
    .flatMap((name) =>
      name.startsWith('@') ? listNames(join(folder, name)).map((part) => join(name, part)) : [name],
    )
    .filter((name) => existsSync(join(folder, name, 'package.json'))).length;
}

/** @param {string} folder @returns {string[]} nothing when npm has just removed it */
function listNames(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @returns {Host} */
function thisHost() {
  const musl = existsSync('/lib/ld-musl-x86_64.so.1') || existsSync('/lib/ld-musl-aarch64.so.1');
  const glibc = existsSync('/lib64/ld-linux-x86-64.so.2') || existsSync('/lib/ld-linux-aarch64.so.1');
  return { os: process.platform, cpu: process.arch, libc: musl && !glibc ? 'musl' : 'glibc' };
}
