// Searches on the real server by the process that hosts trainings, on native TensorFlow: what they find, and what becomes
// of one whose process is killed in the middle of a rung.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSearchActivities } from '../../../activities/search.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { readObject } from '../../../artifacts/object-store.ts';
import { type OpenStore, openStore } from '../../../artifacts/open.ts';
import { workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import { searchTableSchema } from '../../../contracts/search.ts';
import type { TrainingResult } from '../../../contracts/stage-results.ts';
import type { FineTuningJob } from '../../../contracts/training-job.ts';
import { readSettings } from '../../../settings/settings.ts';
import { removeCheckpoints } from '../../../worker/trainer/checkpoint.ts';
import type { TrainingInput } from '../../../workflows/training.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { poll } from '../../support/poll.ts';
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
  home = await mkdtemp(join(tmpdir(), 'coppice-search-'));
  world = await openWorkflowWorld('search-process', ['pipeline']);
  store = await openStore(readSettings(environment()));
  tiny = await fineTuningJob(store.artifacts);
  host = await startTrainerHost(environment());
}, 240_000);
afterAll(async () => {
  await host.kill();
  await world.close();
  await rm(home, { recursive: true, force: true });
});

const [firstSteps, secondSteps, phaseSteps] = [30, 60, 90];
const search = {
  space: {
    'fineTuning.learningRate': [1e-5, 0.004],
    'fineTuning.schedule': ['linear', 'constant'],
  },
  ...{ trials: 9, eta: 2, minimumSteps: firstSteps },
};
const never = 3_600;
/** A trial starts a process of its own, and there are a dozen. */
const until = <T>(label: string, look: () => Promise<T | undefined | false>) => poll(label, look, 400_000);

async function train(checkpointEverySeconds: number, options: object = {}, searched = true) {
  const fake = world.addModel();
  const { model } = fake;
  const { training, validation } = tiny.examples;
  const runStage: StageRunner = async ({ compute }) => {
    const { result } = await compute();
    return { ...result, lineage: await store.artifacts.putJson({}), cached: false, seconds: 0 };
  };
  fake.replace({
    ...createSearchActivities({
      ...{ artifacts: store.artifacts, runStage },
      removeCheckpoints: (key) => removeCheckpoints(store.buckets.artifacts, key),
    }),
    selectExamples: async (input) => ({
      ...(await fake.original.selectExamples(input)),
      ...{ training, holdout: validation, labels: tiny.labels },
    }),
  });
  const fineTuning = {
    ...{ maximumSteps: phaseSteps, epochs: 1e7, batchSize: 8, checkpointEverySeconds },
    ...options,
  };
  const runId = workflowIds.lifecycle(model, 'run');
  const input: TrainingInput = {
    ...{ model, runId, tokens: tiny.tokens, labels: referenceOf('labels', model) },
    spec: specOf(model, {
      model: tiny.architecture,
      training: { fineTuning, ...(searched && { search }) },
    }),
  };
  const id = workflowIds.training(runId);
  const handle = await world.start(workflowTypes.training, id, input);
  return { model, runId, id: workflowIds.search(id), ended: handle.result() as Promise<TrainingResult> };
}

async function tableOf({ search: table }: TrainingResult) {
  if (table === undefined) throw new Error('expected a table of trials');
  return store.artifacts.readJson(table, searchTableSchema);
}

/** The step of a trial's newest checkpoint; 0 where there is none. */
async function savedStep(id: string, trial: number): Promise<number> {
  const pointer = `checkpoints/${id}/trial-${trial}/latest.json`;
  const bytes = await readObject(store.buckets.artifacts, pointer);
  return bytes === undefined ? 0 : (JSON.parse(bytes.toString()) as { step: number }).step;
}

describe('a search on the process that hosts trainings', () => {
  let alone: TrainingResult;

  it('compares every trial by real losses, and ends with the model of a model file that has what it found', async () => {
    alone = await (await train(never)).ended;
    const { trials, goesOn, plannedSteps } = await tableOf(alone);
    expect([goesOn, plannedSteps]).toEqual([false, phaseSteps]);
    expect(trials.map(({ results }) => results.length).sort()).toEqual([1, 1, 2, 2]);
    for (const { results } of trials) {
      expect(results.map(({ steps }) => steps)).toEqual([firstSteps, secondSteps].slice(0, results.length));
      for (const { loss } of results) expect(loss).toBeGreaterThan(0);
    }
    const last = trials.flatMap(({ results }) => results[1]?.loss ?? []);
    const best = trials.find(({ outcome }) => outcome === 'best');
    expect(best?.results[1].loss).toBe(Math.min(...last));
    expect(best?.hyperparameters).toEqual(alone.hyperparameters);
    expect(alone.hyperparameters).toMatchObject({ 'fineTuning.learningRate': 0.004 }); // the other learns nothing
    const options = {
      learningRate: alone.hyperparameters?.['fineTuning.learningRate'],
      schedule: alone.hyperparameters?.['fineTuning.schedule'],
    };
    const plain = await (await train(never + 1, options, false)).ended;
    expect(plain.weights.digest).toBe(alone.weights.digest);
  }, 900_000);

  it('that is killed in the middle of a rung goes on from there, tells of trial and rung, and finds the same', async () => {
    const { id, model, runId, ended } = await train(1e-6); // a checkpoint after each step
    const progress = await until('a heartbeat of a trial', () => world.client.trainingProgress(runId));
    expect(progress.phase).toMatch(/^fine-tuning, trial [1-4] of 4, rung [01]$/);
    const shown = await until('the series of a trial', async () => {
      const lines = await host.scrape();
      return lines.length > 0 && lines;
    });
    // One label for all trials.
    for (const line of shown) expect(line).toContain(`{model="${model}",phase="fine-tuning"}`);

    const trial = await until('the middle of the second rung', async () => {
      for (const it of [1, 2, 3, 4]) {
        const step = await savedStep(id, it);
        if (step > firstSteps && step < secondSteps - 1) return it;
      }
      return undefined;
    });
    await host.kill();
    const killedAt = await savedStep(id, trial);
    host = await startTrainerHost(environment());
    const next = await until('another step', async () => {
      const step = await savedStep(id, trial);
      return step !== killedAt && { step };
    });
    expect(next.step).toBeGreaterThan(killedAt);
    const result = await ended;
    expect((await tableOf(result)).trials).toEqual((await tableOf(alone)).trials);
    expect(result.weights.digest).toBe(alone.weights.digest);
    expect(await Promise.all([1, 2, 3, 4].map((it) => savedStep(id, it)))).toEqual([0, 0, 0, 0]);
  }, 900_000);
});
