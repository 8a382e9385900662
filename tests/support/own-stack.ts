// Every component, started for one test file in a folder of its own, and the command line beside them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, stopStack } from '../../stack/control.ts';
import { runCoppice } from './command-line.ts';

export interface OwnStack {
  /** Removed in the end. */
  readonly folder: string;
  /** Addresses and credentials. */
  readonly environment: Readonly<Record<string, string>>;
  readonly coppice: (...args: string[]) => ReturnType<typeof runCoppice>;
  readonly close: () => Promise<void>;
}

/** @param extra environment of the components */
export async function openOwnStack(
  name: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<OwnStack> {
  const folder = await mkdtemp(join(tmpdir(), `coppice-${name}-`));
  const stack = await startStack({
    home: join(folder, 'stack'),
    environment: { ...process.env, ...extra },
    options: { profile: 'tour', ports: 'anywhere', leashed: true },
    timeoutMs: 180_000,
  });
  const environment = { ...stack.environment, COPPICE_HOME: stack.home };
  return {
    folder,
    environment,
    coppice: (...args) => runCoppice(args, environment),
    close: async () => {
      await stopStack(stack.home);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
