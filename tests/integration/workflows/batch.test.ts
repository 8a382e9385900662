// Batches on the real server over fake activities: what is asked of whom, how one stands, what it leaves, its Schedules.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchRequestSchema } from '../../../contracts/batch.ts';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { batchesSchema } from '../../../contracts/model-spec/batches.ts';
import { createGate } from '../../support/gate.ts';
import { referenceOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('batch');
});
afterAll(() => world.close());

const requestOf = (model: string) =>
  batchRequestSchema.parse({
    ...{ model, question: { seed: 7 } },
    records: { kind: 'file', format: 'jsonl', file: referenceOf('records', model) },
  });

describe('a batch', () => {
  it('has one version answer each shard once, and puts the parts together in their order', async () => {
    const { model, calls } = world.addModel();
    const { batches } = world.client;
    const id = await batches.start(requestOf(model));
    await world.until('it has ended', async () => (await batches.view(id))?.result);
    expect(await batches.view(id)).toMatchObject({
      ...{ id, state: 'COMPLETED' },
      result: { version: 3, answered: 36, setAside: 4, output: referenceOf('output', model) },
    });
    expect(calls('answerShard').map(({ place }) => place)).toEqual([0, 1, 2, 3]);
    expect(new Set(calls('answerShard').map(({ package: it }) => it.digest)).size).toBe(1);
    expect(calls('foldAnswers')[0].parts).toEqual(
      [0, 1, 2, 3].map((place) => referenceOf(`part ${place}`, model)),
    );
    expect(calls('collectDocuments')).toEqual([]);
    expect((await batches.list(model)).map((it) => it.id)).toEqual([id]);
    await world.record('batch', id);
  });

  it('says how far it has come, and ends when it is cancelled', async () => {
    const gate = createGate();
    const fake = world.addModel();
    fake.replace({
      answerShard: async (input) => {
        if (input.place === 3) await gate.opened;
        return fake.original.answerShard(input);
      },
    });
    const { batches } = world.client;
    const id = await batches.start(requestOf(fake.model));
    await world.until(
      'three shards are answered',
      async () => (await batches.view(id))?.status?.shardsDone === 3,
    );
    expect((await batches.view(id))?.status).toEqual({
      version: 3,
      shards: 4,
      shardsDone: 3,
      answered: 27,
      setAside: 3,
    });
    await batches.cancel(id);
    await world.until('it has ended', async () => (await batches.view(id))?.state === 'CANCELLED');
    gate.open();
    expect(fake.calls('joinAnswers')).toEqual([]);
  });

  it('fails in the words of what stood in its way', async () => {
    const fake = world.addModel();
    fake.replace({
      pinVersion: () => Promise.reject(new CoppiceFailure('InvalidInput', 'no version is in service')),
    });
    const { batches } = world.client;
    const id = await batches.start(requestOf(fake.model));
    await world.until('it has failed', async () => (await batches.view(id))?.state === 'FAILED');
    expect((await batches.view(id))?.failure).toBe('no version is in service');
  });
});

describe('batches by the clock', () => {
  it('are kept as the model file says, and answer what came since', async () => {
    const { model, calls } = world.addModel();
    const { batchSchedules: schedules, batches } = world.client;
    const daily = { name: 'daily', schedule: '0 6 * * *' };
    await schedules.follow(model, batchesSchema.parse([daily, { name: 'weekly', schedule: '0 7 * * mon' }]));
    await world.until('both are kept', async () => (await schedules.describe(model)).length === 2);
    await schedules.follow(model, batchesSchema.parse([{ ...daily, schedule: '30 5 * * *' }]));
    await world.until('one is taken away', async () => (await schedules.describe(model)).length === 1);
    const [state] = await schedules.describe(model);
    expect(state).toMatchObject({ name: 'daily', schedule: '30 5 * * *', paused: false });
    expect(state.next[0]).toMatch(/T05:30:00/);

    await schedules.trigger(model, 'daily');
    const [{ id }] = await world.until('it has started', async () => {
      const found = await batches.list(model);
      return found.length > 0 && found;
    });
    await world.until('it has ended', async () => (await batches.view(id))?.result);
    expect(calls('collectDocuments')).toMatchObject([{ model, runId: id }]);
    expect(calls('markAnswered')).toEqual([
      { model, name: 'daily', documents: referenceOf('documents', model) },
    ]);
    await world.record('batch-new-documents', id);
    await schedules.follow(model, []);
  });
});
