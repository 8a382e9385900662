// A real MinIO, a store on it, and trainers that work on it as processes of their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../artifacts/open.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { TrainingJob, TrainingOutcome } from '../../contracts/training-job.ts';
import type { Settings } from '../../settings/settings.ts';
import { readSettings } from '../../settings/settings.ts';
import type { SupervisionOptions } from '../../worker/trainer/supervise.ts';
import { runTrainingJob } from '../../worker/trainer/supervise.ts';
import { startMinio } from './minio.ts';

export type TrainerWorld = Awaited<ReturnType<typeof openTrainerWorld>>;

export async function openTrainerWorld() {
  const minio = await startMinio();
  const home = await mkdtemp(join(tmpdir(), 'coppice-trainer-'));
  const settingsAt = (endpoint: string): Settings =>
    readSettings({
      COPPICE_HOME: home,
      MINIO_ENDPOINT: endpoint,
      MINIO_ACCESS_KEY: minio.accessKey,
      MINIO_SECRET_KEY: minio.secretKey,
    });
  const settings = settingsAt(minio.endpoint);
  const store = await openStore(settings);

  const run = (training: TrainingJob, changes: Partial<SupervisionOptions> = {}) => {
    const signal = new AbortController().signal;
    return runTrainingJob(training, { settings, signal, onProgress: () => undefined, ...changes });
  };
  return {
    home,
    endpoint: minio.endpoint,
    settings,
    /** The same store behind another address. */
    settingsAt,
    store,
    run,
    train: async (
      training: TrainingJob,
      changes: Partial<SupervisionOptions> = {},
    ): Promise<TrainingOutcome> => {
      const outcome = await run(training, changes);
      if (!('weights' in outcome)) throw new Error('expected a training outcome');
      return outcome;
    },
    close: async (): Promise<void> => {
      await minio.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** @returns the failure of the table that something ended with */
export async function failureOf(outcome: Promise<unknown>): Promise<CoppiceFailure> {
  const error = await outcome.catch((thrown: unknown) => thrown);
  if (error instanceof CoppiceFailure) return error;
  throw new Error(`expected a failure of the table, got ${JSON.stringify(error)}`);
}
