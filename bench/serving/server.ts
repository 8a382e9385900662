// A server under measurement: a process that says where it listens, and ends with its standard input.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const startedSchema = z.object({ port: z.number() });

interface Started {
  readonly url: string;
  readonly pid: number;
}

export interface Server {
  /** Once; later it is the same. */
  readonly start: () => Promise<Started>;
  readonly stop: () => Promise<void>;
}

/** A server of this folder, in TypeScript. */
export const ourServer = (task: object): Server =>
  createServer(process.execPath, ['--import', 'tsx', place('ours.ts'), JSON.stringify(task)]);

/** A server of this folder, in Python. */
export const pythonServer = (python: string, script: string, told: object): Server =>
  createServer(python, ['-u', place(script), JSON.stringify(told)]);

const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function createServer(command: string, args: readonly string[]): Server {
  let child: ChildProcess | undefined;
  let started: Promise<Started> | undefined;
  const start = async (): Promise<Started> => {
    const process_ = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child = process_;
    const [line] = (await once(createInterface({ input: process_.stdout }), 'line')) as [string];
    const { port } = startedSchema.parse(JSON.parse(line));
    return { url: `http://127.0.0.1:${port}`, pid: process_.pid ?? 0 };
  };
  return {
    start: () => (started ??= start()),
    stop: async () => {
      child?.stdin?.end();
      if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
