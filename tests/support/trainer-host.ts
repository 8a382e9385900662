// The process that hosts trainings, as the stack starts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { poll } from './poll.ts';
import { freePort } from './prometheus.ts';

const entry = fileURLToPath(new URL('../../worker/training-main.ts', import.meta.url));
const patienceMs = 120_000; // it bundles the stages' code first, on a machine that may be busy

export interface TrainerHost {
  /** The lines of a scrape that tell of trainings. */
  scrape(): Promise<string[]>;
  /** By SIGKILL. */
  kill(): Promise<void>;
}

/** @returns once it shows its metrics */
export async function startTrainerHost(environment: Readonly<Record<string, string>>): Promise<TrainerHost> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', entry], {
    env: { ...process.env, ...environment, COPPICE_PORT: String(port), COPPICE_LOG_LEVEL: 'warn' },
    stdio: 'ignore',
  });
  const scrape = async (): Promise<string[]> => {
    const text = await (await request(`http://127.0.0.1:${port}/metrics`)).body.text();
    return text.split('\n').filter((line) => line.startsWith('coppice_training_'));
  };
  await poll('the metrics of the trainer', scrape, patienceMs);
  return {
    scrape,
    kill: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
