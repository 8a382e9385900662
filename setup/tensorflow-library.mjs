// libtensorflow and its headers, taken from the PyPI wheel by pip and kept in the cache for every clone.
import { readdirSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exists, publishFolder } from './cache.mjs';
import { findOnPath, runCommand } from './command.mjs';
import { formatBytes } from './progress-text.mjs';
import { tensorflow } from './versions.mjs';

/**
 * @typedef {import('./progress.mjs').Step} Step
 * @typedef {import('./versions.mjs').Target} Target
 */

/** @param {string} cache @returns {string} folder with include/ and lib/ once the library is there */
export function libraryFolder(cache) {
  return join(cache, 'libtensorflow', `${tensorflow.version}-${process.platform}-${process.arch}`);
}

/** @param {string} cache */
export function libraryPresent(cache) {
  const folder = libraryFolder(cache);
  return ['lib/libtensorflow.so', 'lib/libtensorflow_framework.so', 'include/tensorflow/c/c_api.h'].every(
    (file) => exists(join(folder, file)),
  );
}

/**
 * The wheel for a platform.
 * @param {string} platform of Node, such as linux
 * @param {string} arch of Node, such as x64
 * @throws {Error} when there is none
 */
export function wheelFor(platform, arch) {
  const wheel = tensorflow.wheels[/** @type {Target} */ (`${platform}-${arch}`)];
  if (wheel === undefined) throw new Error(`no wheel with libtensorflow is known for ${platform}-${arch}`);
  return wheel;
}

/**
 * What pip is asked: one file of one version with one hash, whichever Python asks.
 * @param {{package: string, platform: string, sha256: string}} wheel
 * @param {string} requirements path of the file that holds `requirementsText`
 * @param {string} into folder
 */
export function pipArguments(wheel, requirements, into) {
  const choice = [
    '--implementation',
    'cp',
    '--python-version',
    tensorflow.pythonVersion,
    '--abi',
    tensorflow.abi,
  ];
  const quiet = ['--no-input', '--disable-pip-version-check', '--no-cache-dir', '--progress-bar', 'off'];
  return [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--require-hashes'],
    ...[...choice, '--platform', wheel.platform, ...quiet, '--dest', into, '--requirement', requirements],
  ];
}

/** @param {{package: string, sha256: string}} wheel */
export function requirementsText(wheel) {
  return `${wheel.package}==${tensorflow.version} --hash=sha256:${wheel.sha256}\n`;
}

/**
 * Brings the library into the cache.
 * @param {string} cache
 * @param {Step} step
 * @throws {Error} why it cannot
 */
export async function obtainLibrary(cache, step) {
  const wheel = wheelFor(process.platform, process.arch);
  const python = await findPython(process.env);
  await publishFolder(cache, async (folder) => {
    const file = await downloadWheel(python, wheel, folder, step);
    const script = fileURLToPath(new URL('unpack-wheel.py', import.meta.url));
    const unpacked = join(folder, 'unpacked');
    await runCommand(python, [script, file, unpacked], {
      onLine: (line) => {
        const [done, total] = line.split(' ').map(Number);
        if (done && total) step.progress(done / total, `unpacking, ${formatBytes(done)}`);
      },
    });
    await rm(join(folder, 'wheel'), { recursive: true });
    for (const name of await readdir(unpacked)) await rename(join(unpacked, name), join(folder, name));
    await rm(unpacked, { recursive: true });
    return { result: undefined, place: libraryFolder(cache) };
  });
}

/**
 * @param {string} python
 * @param {ReturnType<typeof wheelFor>} wheel
 * @param {string} folder
 * @param {Step} step
 * @returns {Promise<string>} path of the file
 */
async function downloadWheel(python, wheel, folder, step) {
  const into = join(folder, 'wheel');
  await mkdir(into);
  const requirements = join(into, 'requirements.txt');
  await writeFile(requirements, requirementsText(wheel));
  // pip shows its own bar on terminals only; the size of what it has written says the same.
  const watching = setInterval(() => {
    const done = largestFile(into);
    step.progress(
      Math.min(0.99, done / wheel.sizeBytes),
      `${wheel.package} ${tensorflow.version}, ${formatBytes(done)}`,
    );
  }, 200);
  try {
    const env = { ...process.env, TMPDIR: into };
    await runCommand(python, pipArguments(wheel, requirements, into), { env, onLine: step.detail });
  } finally {
    clearInterval(watching);
  }
  const name = (await readdir(into)).find((file) => file.endsWith('.whl'));
  if (name === undefined) throw new Error('pip left no wheel');
  return join(into, name);
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} a Python 3.8 or newer with pip
 * @throws {Error} when there is none
 */
export async function findPython(env) {
  const reasons = [];
  for (const name of ['python3', 'python']) {
    const python = findOnPath(name, env);
    if (python === undefined) continue;
    try {
      const check = 'import sys, pip; sys.exit(0 if sys.version_info >= (3, 8) else "error: older than 3.8")';
      await runCommand(python, ['-c', check], { env });
      return python;
    } catch (error) {
      reasons.push(`${python}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(reasons[0] ?? 'Python is not here');
}

/** @param {string} folder @returns {number} bytes of the largest file in it or below */
function largestFile(folder) {
  try {
    const sizes = readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? largestFile(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    });
    return Math.max(0, ...sizes);
  } catch {
    return 0; // pip removes its folders under our eyes
  }
}
