// Peers written in Python: a virtual environment in the cache, and a process that answers a line of JSON with another.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder, exists, publishFolder } from '../setup/cache.mjs';
import { runCommand } from '../setup/command.mjs';

/**
 * Installs once; a later call finds it.
 * @param name of the environment, with the version of what it holds
 * @param packages pinned, as pip takes them
 * @returns the path of its Python
 */
export async function installPython(name: string, packages: readonly string[]): Promise<string> {
  const cache = cacheFolder(process.env);
  const place = join(cache, 'bench', name);
  const python = join(place, 'bin', 'python');
  if (!exists(python)) {
    await publishFolder(cache, async (folder) => {
      await runCommand('python3', ['-m', 'venv', folder]);
      const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', ...packages];
      await runCommand(join(folder, 'bin', 'python'), pip);
      return { result: undefined, place };
    });
  }
  return python;
}

/** A process that answers lines. */
export interface LineProcess {
  /** @throws Error where it has ended */
  ask(request: object): Promise<unknown>;
  close(): Promise<void>;
}

/** @param script reads requests from standard input, a line each, and answers each with a line */
export function startPython(python: string, script: string, parameters: object): LineProcess {
  return startLines(python, ['-u', script, JSON.stringify(parameters)]);
}

/** Starts a program that reads requests from standard input, a line each, and answers each with a line. */
export function startLines(command: string, args: readonly string[]): LineProcess {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await answers.next();
      if (answer.done) throw new Error(`${args.join(' ')} ended before it answered`);
      return JSON.parse(answer.value) as unknown;
    },
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
