// Vitest's global set-up of the integration project: one stack of real servers in a temporary home, for all its tests.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startStack, stopStack } from '../../stack/control.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The variables of settings/settings.ts that point at the stack: `readSettings(inject('stack'))`. */
    stack: Record<string, string>;
  }
}

/** @returns the teardown */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'coppice-stack-'));
  const { environment } = await startStack({
    home,
    environment: process.env,
    options: {
      components: ['temporal', 'minio', 'alertmanager', 'prometheus'],
      profile: 'tour',
      ports: 'anywhere',
      leashed: true,
    },
  });
  project.provide('stack', environment);
  return async () => {
    await stopStack(home);
    await rm(home, { recursive: true, force: true });
  };
}
