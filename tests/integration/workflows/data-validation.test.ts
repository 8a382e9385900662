// Data that is not as expected, on the real server over fake stages: a run warns, ends, or waits for a person.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DataCheck } from '../../../contracts/data-validation.ts';
import {
  type LifecycleInput,
  type LifecycleResult,
  type LifecycleStatus,
  messageNames,
  workflowIds,
  workflowTypes,
} from '../../../contracts/messages.ts';
import type { ValidationSpec } from '../../../contracts/model-spec/validation.ts';
import type { FakeModel } from '../../support/fake-activities.ts';
import { createGate } from '../../support/gate.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('data-validation');
});
afterAll(() => world.close());

const anomalies: DataCheck['anomalies'] = [
  { kind: 'unknown-label', section: 'labels', message: '4 documents have the label “phishing”' },
];
const strange = ({ runId, corpus }: { runId: string; corpus: { digest: DataCheck['corpus'] } }) =>
  Promise.resolve({
    ...{ runId, at: '2026-11-30T12:00:00.000Z', revision: 1, inferred: false },
    ...{ corpus: corpus.digest, documents: 40, anomalies },
  });
const addModel = () => world.addModel({ activities: { checkData: strange } });

async function start({ model }: FakeModel, onAnomaly: ValidationSpec['onAnomaly']) {
  const id = workflowIds.lifecycle(model, 'run');
  const input: LifecycleInput = {
    ...{ model, spec: { ...specOf(model), validation: { onAnomaly } } },
    ...{ trigger: { kind: 'person', name: 'kim' }, strategy: 'full' },
  };
  const handle = await world.start(workflowTypes.lifecycle, id, input);
  const detail = async () =>
    (await handle.query<LifecycleStatus>(messageNames.status)).stages.find(
      ({ stage }) => stage === 'cleaning',
    )?.detail;
  return {
    id,
    ended: handle.result() as Promise<LifecycleResult>,
    detail,
    waits: () =>
      world.until(
        'waits for a person',
        async () => (await detail())?.includes('coppice data accept') ?? false,
      ),
  };
}

describe.concurrent('data that is not as expected', () => {
  it('is told and trained on where the spec only warns', async () => {
    const fake = addModel();
    const run = await start(fake, 'warn');
    expect(await run.ended).toMatchObject({ outcome: 'registered' });
    expect(await run.detail()).toContain('1 anomalies: 4 documents have the label “phishing”');
    expect(fake.calls('acceptData')).toMatchObject([
      { anomalies: [], labels: referenceOf('labels', fake.model) },
    ]);
  });

  it('ends the run before anything is trained where the spec blocks', async () => {
    const fake = addModel();
    const run = await start(fake, 'block');
    expect(await run.ended).toEqual({
      ...{ outcome: 'rejected', metrics: {} },
      reasons: ['data: 4 documents have the label “phishing”'],
    });
    expect(fake.order()).toEqual(['readModelState', 'collectDocuments', 'cleanDocuments', 'checkData']);
    await world.record('lifecycle-data-blocked', run.id);
  });

  it('waits for a person, who accepts it with a reason', async () => {
    const fake = addModel();
    const run = await start(fake, 'ask');
    await run.waits();
    const word = { accept: true, by: 'kim', reason: 'a new class' };
    expect(await world.client.dataChecks.decide(run.id, word)).toEqual({
      decision: 'done',
      reason: 'the run goes on',
    });
    expect(await run.ended).toMatchObject({ outcome: 'registered' });
    expect(fake.calls('acceptData')).toMatchObject([{ by: 'kim', reason: 'a new class', anomalies }]);
    expect(await run.detail()).toContain('accepted by kim');
    await world.record('lifecycle-data-accepted', run.id);
  });

  it('waits for a person, who rejects it', async () => {
    const fake = addModel();
    const run = await start(fake, 'ask');
    await run.waits();
    await world.client.dataChecks.decide(run.id, { accept: false, by: 'kim', reason: 'a wrong file' });
    expect(await run.ended).toMatchObject({
      outcome: 'rejected',
      reasons: ['data rejected by kim: a wrong file', anomalies[0].message],
    });
    expect(fake.calls('trainModel')).toEqual([]);
    expect(fake.calls('acceptData')).toEqual([]);
  });

  it('hears no word where nothing waits, and none without a reason', async () => {
    const fake = addModel();
    const gate = createGate();
    const { collectDocuments } = fake.original;
    fake.replace({
      collectDocuments: async (input) => {
        await gate.opened;
        return collectDocuments(input);
      },
    });
    const run = await start(fake, 'block');
    const decide = (reason: string) =>
      world.client.dataChecks.decide(run.id, { accept: true, by: 'kim', reason });
    expect(await decide('fine')).toEqual({
      ...{ decision: 'ignored', reason: 'no data of this run waits for a decision' },
    });
    await expect(decide('')).rejects.toThrow();
    gate.open();
    await run.ended;
  });

  it('is told without a run by a check that trains nothing', async () => {
    const fake = addModel();
    const { dataChecks } = world.client;
    const id = await dataChecks.start({ spec: specOf(fake.model) });
    expect(await dataChecks.result(id)).toMatchObject({ documents: 40, anomalies });
    expect(fake.order()).toEqual(['collectDocuments', 'cleanDocuments', 'checkData']);
    expect(await dataChecks.status(id)).toMatchObject({
      stages: [
        { stage: 'collection', state: 'done' },
        { stage: 'cleaning', state: 'done' },
      ],
    });
    await world.record('data-check', id);
  });
});
