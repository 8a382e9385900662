// Trainings on the real server by the real process that hosts them: what it shows meanwhile, and what becomes of a
// training whose process is killed, in each of its phases.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readObject } from '../../../artifacts/object-store.ts';
import { type OpenStore, openStore } from '../../../artifacts/open.ts';
import { workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import type { TrainingResult } from '../../../contracts/stage-results.ts';
import type { FineTuningJob } from '../../../contracts/training-job.ts';
import { readSettings } from '../../../settings/settings.ts';
import type { TrainingInput } from '../../../workflows/training.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { startTrainerHost, type TrainerHost } from '../../support/trainer-host.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';
import { fineTuningJob } from '../../unit/worker/trainer/tiny-job.ts';

let home: string;
let world: WorkflowWorld;
let store: OpenStore;
let tiny: FineTuningJob;
let host: TrainerHost;
const environment = () => ({ ...world.environment, COPPICE_HOME: home });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'coppice-training-'));
  world = await openWorkflowWorld('training-process', ['pipeline']);
  store = await openStore(readSettings(environment()));
  tiny = await fineTuningJob(store.artifacts);
  host = await startTrainerHost(environment());
}, 240_000);
afterAll(async () => {
  await host.kill();
  await world.close();
  await rm(home, { recursive: true, force: true });
});

/** Both phases, so many steps each. */
async function train(steps: number, checkpointEverySeconds: number) {
  const fake = world.addModel();
  const { model } = fake;
  const { training, validation } = tiny.examples;
  fake.replace({
    selectExamples: async (input) => ({
      ...(await fake.original.selectExamples(input)),
      ...{ training, holdout: validation, labels: tiny.labels },
    }),
  });
  const phase = {
    maximumSteps: steps,
    epochs: 1e7,
    batchSize: 8,
    learningRate: 0.004,
    checkpointEverySeconds,
  };
  const spec = specOf(model, {
    model: tiny.architecture,
    training: { pretraining: phase, fineTuning: phase },
  });
  const runId = workflowIds.lifecycle(model, 'run');
  const id = workflowIds.training(runId);
  const input: TrainingInput = {
    ...{ model, runId, spec, tokens: tiny.tokens },
    labels: referenceOf('labels', model),
  };
  const handle = await world.start(workflowTypes.training, id, input);
  const savedSteps = async (phaseName: string): Promise<number> => {
    const bytes = await readObject(store.buckets.artifacts, `checkpoints/${id}/${phaseName}/latest.json`);
    const pointer = bytes && (JSON.parse(bytes.toString()) as { step: number; outcome?: unknown });
    return pointer === undefined || pointer.outcome !== undefined ? 0 : pointer.step;
  };
  return { model, runId, handle, ended: handle.result() as Promise<TrainingResult>, savedSteps };
}

describe('the process that hosts trainings', () => {
  const gauges = ['step', 'planned_steps', 'loss', 'gradient_norm', 'learning_rate', 'tokens_per_second'];

  it('shows a training to Prometheus and to who watches while it goes on, and no longer', async () => {
    const { model, runId, handle, ended } = await train(10_000_000, 3_600);
    const shown = await world.until('the series of the training', async () => {
      const lines = await host.scrape();
      return lines.length === gauges.length && lines;
    });
    expect(shown.map((line) => line.replace(/ \S+$/, ''))).toEqual(
      gauges.map((name) => `coppice_training_${name}{model="${model}",phase="pretraining"}`),
    );
    const progress = await world.until('a heartbeat', () => world.client.trainingProgress(runId));
    expect(progress).toMatchObject({ phase: 'pretraining', totalSteps: 10_000_000 });
    for (const value of [
      progress.loss,
      progress.gradientNorm,
      progress.tokensPerSecond,
      progress.secondsLeft,
    ])
      expect(value).toBeGreaterThan(0);

    const plan = await world.client.planTraining(specOf(model, { model: tiny.architecture }));
    expect(plan).toMatchObject({
      documents: { source: 'assumed', count: 1_000 },
      phases: [{ phase: 'fine-tuning', rowsAtOnce: 16, rowsThatFit: 16 }],
    });
    expect(plan.phases[0].seconds).toBeGreaterThan(0);

    await handle.cancel();
    await expect(ended).rejects.toThrow();
    await world.until('no series', async () => (await host.scrape()).length === 0);
  }, 240_000);

  it('that is killed in each phase, its trainer with it, ends with the model of one that was left alone', async () => {
    const alone = await (await train(150, 3_600)).ended;
    const killed = await train(150, 1e-6);
    for (const phase of ['pretraining', 'fine-tuning']) {
      await world.until(`${phase}: a checkpoint`, async () => (await killed.savedSteps(phase)) > 4);
      await host.kill();
      host = await startTrainerHost(environment());
    }
    const result = await killed.ended;
    expect(result.weights.digest).toBe(alone.weights.digest);
    expect(result.memory?.peakBytes).toBeGreaterThan(0);
  }, 400_000);
});
