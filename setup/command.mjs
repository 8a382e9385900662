// Runs other programs: their lines as they come, their last words when they fail.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] ends the program when it takes longer
 * @property {(line: string) => void} [onLine] every line of both outputs
 */

/** What runs now: ended with us, so that an interrupted set-up leaves no build behind. */
const running = /** @type {Set<import('node:child_process').ChildProcess>} */ (new Set());

/** Ends every program that runs. */
export function endCommands() {
  for (const child of running) child.kill('SIGTERM');
}

export class CommandFailed extends Error {
  /** @param {string} command @param {string} reason @param {string} output */
  constructor(command, reason, output) {
    super(`${command} ${reason}${output === '' ? '' : `: ${lastWords(output)}`}`);
    this.name = 'CommandFailed';
    this.output = output;
  }
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<string>} what it printed on both outputs
 * @throws {CommandFailed} when it cannot start, exits with another status than 0 or takes too long
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const name = [command.split('/').at(-1), ...args.slice(0, 2)].join(' ');
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    /** @type {string[]} */
    const lines = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 3_600_000);
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on('line', (line) => {
        lines.push(line);
        options.onLine?.(line);
      });
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      running.delete(child);
      reject(new CommandFailed(name, `did not start (${error.message})`, ''));
    });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      running.delete(child);
      const output = lines.join('\n');
      if (late)
        reject(new CommandFailed(name, `took longer than ${(options.timeoutMs ?? 0) / 1000} s`, output));
      else if (status === 0) resolve(output);
      else reject(new CommandFailed(name, signal ? `ended by ${signal}` : `exited with ${status}`, output));
    });
  });
}

/**
 * The line that most likely says why a program failed: the last one that speaks of an error, or the last one.
 * @param {string} output
 */
export function lastWords(output) {
  const lines = output
    .split('\n')
    .filter(
      (line) =>
        !/^(npm|gyp) (info|verb|notice)|^node-pre-gyp info|^W: |A complete log of this run/.test(line),
    )
    .map((line) => line.replace(/^npm (error|ERR!)( code \w+)?/, '').trim())
    .filter((line) => line !== '');
  const telling = lines.filter((line) =>
    /error|fail|cannot|unable|missing|not found|no such|refused/i.test(line),
  );
  return (telling.at(-1) ?? lines.at(-1) ?? '').slice(0, 240);
}

/**
 * Where a program stands on PATH.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function findOnPath(name, env) {
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** @param {string} path @returns {boolean} whether it is a file that may be executed */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
