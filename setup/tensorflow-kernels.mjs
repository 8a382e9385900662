// The fused kernels of runtimes/tensorflow/kernels: compiled against the cached libtensorflow for this very processor,
// kept in the cache, proven by loading. Without them, training is slower and nothing else.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { publishFolder, readJson, withUnfinishedFolder, writeJson } from './cache.mjs';
import { findOnPath, runCommand } from './command.mjs';
import { addonPresent } from './tensorflow-addon.mjs';
import { libraryFolder, libraryPresent } from './tensorflow-library.mjs';
import { tensorflow } from './versions.mjs';

/**
 * @typedef {import('./progress.mjs').Board} Board
 * @typedef {{key: string, processor: string, problem?: string}} KernelsStamp problem: why there are none
 */

const library = 'kernels.node';
/** Files that include the headers of TensorFlow, whose code for the newest instructions not every compiler takes. */
const glue = /-operations\.cc$/;
const flags = [
  ...['-std=c++17', '-O3', '-fPIC', '-fvisibility=hidden', '-fopenmp-simd', '-Wno-deprecated-declarations'],
  // Sums of a row in any order, which is the same order in each run; NaN stays NaN.
  ...['-fno-math-errno', '-fno-trapping-math', '-fassociative-math', '-fno-signed-zeros'],
];
const vectorFlags =
  process.arch === 'x64' ? ['-march=native', '-mprefer-vector-width=512'] : ['-mcpu=native'];

/** @param {string} root */
const sourceFolder = (root) => join(root, 'runtimes', 'tensorflow', 'kernels');

/** @param {string} root @returns {string} where the trainer finds them */
const kernelsFolder = (root) => join(root, 'node_modules', '@tensorflow', 'tfjs-node', 'coppice-kernels');

const processor = () => cpus().at(0)?.model ?? 'unknown';

/** @param {string} root @returns {string} of all that the library depends on */
function kernelsKey(root) {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([tensorflow.version, processor(), flags, vectorFlags]));
  for (const name of readdirSync(sourceFolder(root)).sort()) {
    hash.update(name).update(readFileSync(join(sourceFolder(root), name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Whether there is nothing to do: the kernels are built, or cannot be, or TensorFlow is not the one they are built for.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
export function kernelsSettled(root, env) {
  if (addonPresent(root)?.library !== tensorflow.version || compiler(env) === undefined) return true;
  const stamp = /** @type {KernelsStamp | undefined} */ (readJson(join(kernelsFolder(root), 'stamp.json')));
  return stamp?.key === kernelsKey(root);
}

/** @param {NodeJS.ProcessEnv} env */
function compiler(env) {
  return env.CXX ?? ['g++', 'c++', 'clang++'].find((name) => findOnPath(name, env));
}

/**
 * Builds the kernels, or takes those of an earlier clone. That it fails is no end: training goes without them.
 * @param {string} root
 * @param {string} cache
 * @param {{board: Board, env?: NodeJS.ProcessEnv}} options
 */
export async function setUpKernels(root, cache, { board, env = process.env }) {
  if (kernelsSettled(root, env) || !libraryPresent(cache)) return;
  const step = board.step('TensorFlow kernels', 'fused operations for training');
  const stamp = { key: kernelsKey(root), processor: processor() };
  const folder = kernelsFolder(root);
  const kept = join(libraryFolder(cache), `kernels-${stamp.key}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    if (!existsSync(kept)) {
      step.progress(undefined, 'compiles for this processor');
      await publishFolder(cache, async (unfinished) => {
        await compile({ root, cache, env }, join(unfinished, library));
        return { result: undefined, place: kept };
      });
    }
    await cp(join(kept, library), join(folder, library));
    await proveKernels(root, join(folder, library));
    writeJson(join(folder, 'stamp.json'), stamp);
    step.done('load');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    await rm(join(folder, library), { force: true });
    writeJson(join(folder, 'stamp.json'), { ...stamp, problem });
    step.failed(`not built, training goes without them: ${problem}`);
  }
}

/**
 * @param {{root: string, cache: string, env: NodeJS.ProcessEnv}} from
 * @param {string} into file
 */
async function compile({ root, cache, env }, into) {
  const command = compiler(env) ?? 'c++';
  const [lib, include] = ['lib', 'include'].map((name) => join(libraryFolder(cache), name));
  await withUnfinishedFolder(cache, async (folder) => {
    const sources = readdirSync(sourceFolder(root)).filter((name) => name.endsWith('.cc'));
    const objects = sources.map((name) => join(folder, `${name}.o`));
    const compiled = sources.map((name, index) => {
      const own = glue.test(name) ? ['-isystem', include] : vectorFlags;
      const args = [...flags, ...own, '-c', join(sourceFolder(root), name), '-o', objects[index]];
      return runCommand(command, args, { timeoutMs: 900_000 }); // seconds, and minutes where others use the machine
    });
    await Promise.all(compiled);
    const framework = [`-L${lib}`, '-l:libtensorflow_framework.so.2', '-Wl,-z,now'];
    await runCommand(command, ['-shared', ...objects, '-o', into, ...framework], { timeoutMs: 600_000 });
  });
}

/**
 * Loads the library beside the addon, in a process of its own.
 * @param {string} root
 * @param {string} file
 */
async function proveKernels(root, file) {
  const program = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined; // gone since Node 23
    require('@tensorflow/tfjs-node');
    require(${JSON.stringify(file)});`;
  await runCommand(process.execPath, ['-e', program], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '2' },
    timeoutMs: 120_000,
  });
}
