// What it costs to be able to go on after any kill, on model B: checkpoints as a share of the time, from the start of a
// process to its first step, and how long the process that watches over a training ever waits.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { openStore } from '../../artifacts/open.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import { pretrainingSchema } from '../../contracts/model-spec/learning.ts';
import type { PretrainingJob, TrainingProgress } from '../../contracts/training-job.ts';
import { pretrainingJobSchema } from '../../contracts/training-job.ts';
import { readSettings } from '../../settings/settings.ts';
import { startMinio } from '../../tests/support/minio.ts';
import type { SupervisionOptions } from '../../worker/trainer/supervise.ts';
import { runTrainingJob } from '../../worker/trainer/supervise.ts';
import type { Goal } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';
import { startLines } from '../python-peer.ts';
import { models } from './shapes.ts';

const { batchSize, vocabularySize, ...shape } = models.B;
const documents = 400; // a thousand steps: more than any case takes
const watchedForMs = 20_000;
const { checkpointEverySeconds: interval } = pretrainingSchema.parse({});

/** One world for all cases, started by the first. */
export function checkpointGoals(): { readonly goals: readonly Goal[]; readonly close: () => Promise<void> } {
  let opening: ReturnType<typeof openWorld> | undefined;
  const world = () => (opening ??= openWorld());
  const figure = (run: (world: World) => Promise<number>) => async () => run(await world());
  return {
    goals: [
      {
        ...{
          name: 'checkpoint overhead',
          unit: '% of the time, at the default interval',
          goal: 2,
          rounds: 5,
        },
        measure: figure(overhead),
      },
      {
        ...{ name: 'checkpoint resume-ready', unit: 's from the start of the process', goal: 2, rounds: 5 },
        measure: figure(resumeReady),
      },
      {
        ...{ name: 'checkpoint event loop', unit: 'ms at the longest, in the host', goal: 100, rounds: 1 },
        measure: figure(longestWait),
      },
    ],
    close: async () => (await opening)?.close(),
  };
}

type World = Awaited<ReturnType<typeof openWorld>>;

async function openWorld() {
  const minio = await startMinio();
  const home = await mkdtemp(join(tmpdir(), 'coppice-bench-'));
  const environment = {
    COPPICE_HOME: home,
    MINIO_ENDPOINT: minio.endpoint,
    MINIO_ACCESS_KEY: minio.accessKey,
    MINIO_SECRET_KEY: minio.secretKey,
  };
  const settings = readSettings(environment);
  const { artifacts } = await openStore(settings);
  const tokens = await putStream(artifacts);
  const jobOf = (key: string, checkpointEverySeconds: number): PretrainingJob =>
    pretrainingJobSchema.parse({
      ...{ kind: 'pretraining', key, seed: 1, tokens },
      architecture: { architecture: 'gpt2', ...shape },
      options: { batchSize, epochs: 100, checkpointEverySeconds },
    });
  let saving: LineProcess | undefined;
  return {
    jobOf,
    train: (job: PretrainingJob, options: Omit<SupervisionOptions, 'settings'>) =>
      runTrainingJob(job, { ...options, settings }),
    /** @returns seconds that a checkpoint takes */
    save: async (): Promise<number> => {
      const script = fileURLToPath(new URL('checkpoint-ours.ts', import.meta.url));
      const told = JSON.stringify({ job: jobOf('saved', interval), environment });
      saving ??= startLines(process.execPath, ['--import', 'tsx', script, told]);
      return z.object({ seconds: z.number() }).parse(await saving.ask({ steps: 1 })).seconds;
    },
    close: async () => {
      await saving?.close();
      await minio.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function putStream(artifacts: ArtifactStore) {
  const length = shape.contextLength;
  const ids = Uint16Array.from({ length: documents * length }, (_, place) => (place * 7) % vocabularySize);
  const ends = Float64Array.from({ length: documents }, (_, index) => (index + 1) * length);
  const put = ({ buffer }: Uint16Array | Float64Array) =>
    artifacts.putBytes(new Uint8Array(buffer as ArrayBuffer), { mediaType: mediaTypes.tokens });
  const described = { documents, tokens: ids.length, vocabularySize, endOfTextId: 0 };
  return artifacts.putDirectory({
    'ids.bin': await put(ids),
    'ends.bin': await put(ends),
    'bytes.bin': await put(ends.map(() => 4 * length)),
    'meta.json': await artifacts.putJson({ layout: 'stream', ...described }),
  });
}

async function overhead(world: World): Promise<number> {
  const seconds = await world.save();
  return (100 * seconds) / (interval + seconds);
}

/** Trains until something is so, and kills the trainer. */
async function trainUntil(
  world: World,
  job: PretrainingJob,
  isSo: (progress: TrainingProgress) => boolean,
): Promise<TrainingProgress> {
  let pid = 0;
  let last: TrainingProgress | undefined;
  const ended = world.train(job, {
    signal: new AbortController().signal,
    onStart: (started) => (pid = started),
    onProgress: (progress) => {
      if (last !== undefined || !isSo(progress)) return;
      last = progress;
      process.kill(pid, 'SIGKILL');
    },
  });
  await ended.catch(() => undefined);
  if (last === undefined) throw new Error('the training ended before what was waited for');
  return last;
}

/** The first report comes with the first step, whose own time it tells. */
async function resumeReady(world: World): Promise<number> {
  await trainUntil(world, world.jobOf('resumed', 0.001), ({ checkpointStep = 0 }) => checkpointStep > 0);
  const start = performance.now();
  let reportedAt = 0;
  const first = await trainUntil(world, world.jobOf('resumed', 3_600), () => {
    reportedAt = performance.now();
    return true;
  });
  const stepSeconds = (batchSize * shape.contextLength) / (first.tokensPerSecond ?? Infinity);
  return (reportedAt - start) / 1_000 - stepSeconds;
}

/** From the start of a trainer on, with a checkpoint every few seconds. */
async function longestWait(world: World): Promise<number> {
  const stop = new AbortController();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const ended = world.train(world.jobOf('watched', 3), { signal: stop.signal, onProgress: () => undefined });
  await Promise.race([setTimeout(watchedForMs), ended]);
  stop.abort();
  await ended.catch(() => undefined); // interrupted, as it was told to be
  delay.disable();
  return delay.max / 1e6;
}
