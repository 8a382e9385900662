// A process of a test's own that runs workflows, and can be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('workflow-host-main.ts', import.meta.url));

export interface WorkflowHost {
  /** By SIGKILL; another takes its place. */
  readonly replace: () => Promise<void>;
  readonly kill: () => Promise<void>;
}

export function startWorkflowHost(environment: Readonly<Record<string, string>>): WorkflowHost {
  const start = () =>
    spawn(process.execPath, ['--import', 'tsx', entry], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  let child: ChildProcess = start();
  const kill = async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return {
    kill,
    replace: async () => {
      await kill();
      child = start();
    },
  };
}
