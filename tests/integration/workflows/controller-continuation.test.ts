// A controller goes on for ever: what it takes along when its history is cut, and what it finds again.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Alert,
  type ControllerState,
  messageNames,
  type RunFinished,
  workflowIds,
  workflowTypes,
} from '../../../contracts/messages.ts';
import { lookOf } from '../../support/fake-rollout.ts';
import { createGate } from '../../support/gate.ts';
import { poll } from '../../support/poll.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('controller-continuation');
});
afterAll(() => world.close());

const kim = { kind: 'person' as const, name: 'kim' };
const alert: Alert = {
  status: 'firing',
  name: 'CoppiceQualityDrop',
  fingerprint: 'f1',
  startsAt: '2026-05-01T00:00:00Z',
  labels: {},
  annotations: {},
};
const stateOf = (model: string, overrides: Partial<ControllerState> = {}): ControllerState => ({
  model,
  paused: false,
  waiting: [],
  handledAlerts: [],
  history: [],
  ...overrides,
});
/** As the run before it does at continue-as-new. */
const continueWith = (state: ControllerState) =>
  world.start(workflowTypes.controller, workflowIds.controller(state.model), { model: state.model, state });
const longAgo = '2026-05-01T00:00:00.000Z';

describe.concurrent('controller that continues as new', () => {
  it('cuts its history when the server suggests it, and forgets nothing', async () => {
    const fake = world.addModel({
      activities: { judgeExperiment: () => Promise.resolve(lookOf('continue')) },
    });
    const { model } = fake;
    const gate = createGate();
    fake.replace({
      collectDocuments: (input) => gate.opened.then(() => fake.original.collectDocuments(input)),
    });
    await world.client.pause(model, 'kim');
    await world.client.resume(model, 'kim');
    const handle = world.controllerHandle(model);
    const { runId: firstRun } = await handle.describe();
    const started = await world.client.deliverAlert(model, alert);

    // The server suggests it by the size of the history: large reasons fill it soon.
    const finished: RunFinished = {
      workflowId: 'lifecycle/elsewhere/run',
      outcome: 'rejected',
      reason: 'x'.repeat(400_000),
    };
    await world.until('the controller has continued', async () => {
      await handle.signal(messageNames.runFinished, {
        ...finished,
        workflowId: `${finished.workflowId}-${Math.random()}`,
      });
      return (await handle.describe()).runId !== firstRun;
    });
    expect(await world.client.deliverAlert(model, alert)).toMatchObject({ decision: 'duplicate' });
    expect(await world.client.retrain(model, { trigger: kim })).toMatchObject({
      decision: 'busy',
      workflowId: started.workflowId,
    });
    gate.open();
    await world.controllerState(model, 'the abandoned run has told the new controller', ({ run }) => !run);
  });

  it('takes along whether it is paused, which alerts it has acted upon, which versions wait', async () => {
    const fake = world.addModel({ champion: 1 });
    const { model } = fake;
    const state = stateOf(model, {
      paused: true,
      waiting: [4],
      handledAlerts: ['f1@2026-05-01T00:00:00Z'],
      history: [{ at: longAgo, what: 'pause', decision: 'done', reason: 'paused by kim' }],
    });
    await continueWith(state);
    expect(await world.client.deliverAlert(model, alert)).toMatchObject({ decision: 'duplicate' });
    const known = await world.client.controllerState(model);
    expect(known).toMatchObject({ ...state, history: [...state.history, { decision: 'duplicate' }] });
    await world.client.resume(model, 'kim');
    await world.until('version 4 had its turn', () => fake.changes().includes('promote'));
    await world.record('controller-continued', workflowIds.controller(model));
  });

  it('finds open work again that its state does not name', async () => {
    const fake = world.addModel({
      champion: 1, // else the rollout promotes at once, and nothing is open
      activities: { judgeExperiment: () => Promise.resolve(lookOf('continue')) },
    });
    const { model } = fake;
    await world.client.pause(model, 'kim');
    await world.client.resume(model, 'kim');
    fake.replace({
      readModelState: async (input) => ({ ...(await fake.original.readModelState(input)), open: {} }),
    });
    await world.client.startRollout(model, { version: 2, by: 'kim', reason: '', entry: 'canary' });
    await world.controllerHandle(model).terminate('the server was restored from a backup');
    fake.replace({ readModelState: fake.original.readModelState });
    // The server lists a new workflow a little after it has started it.
    await poll(
      'the rollout among what is open',
      async () => (await fake.original.readModelState({ model })).open.rollout,
      30_000,
    );
    expect(await world.client.retrain(model, { trigger: kim })).toMatchObject({
      decision: 'busy',
      workflowId: workflowIds.rollout(model, 2),
    });
  });

  it('does not wait for a run that has said that it ended, though the server still lists it', async () => {
    const fake = world.addModel();
    const { model } = fake;
    const run = { workflowId: workflowIds.lifecycle(model, 'last'), startedAt: longAgo };
    fake.replace({
      readModelState: async (input) => ({ ...(await fake.original.readModelState(input)), open: { run } }),
    });
    const ended = {
      at: '2026-05-01T00:10:00.000Z',
      what: run.workflowId,
      decision: 'done',
      reason: 'registered: ok',
    };
    await continueWith(stateOf(model, { history: [ended] }));
    expect(await world.client.retrain(model, { trigger: kim })).toMatchObject({ decision: 'started' });
  });

  it('does not wait for a run that was terminated, since it tells nobody', async () => {
    const fake = world.addModel();
    const { model } = fake;
    const run = { workflowId: workflowIds.lifecycle(model, 'gone'), startedAt: longAgo, trigger: kim };
    await continueWith(stateOf(model, { run }));
    expect(await world.client.retrain(model, { trigger: kim })).toMatchObject({ decision: 'started' });
  });

  it('waits for a run that has just begun, though the server does not list it yet', async () => {
    const fake = world.addModel();
    const { model } = fake;
    const run = { workflowId: workflowIds.lifecycle(model, 'new'), startedAt: new Date().toISOString() };
    await continueWith(stateOf(model, { run }));
    expect(await world.client.retrain(model, { trigger: kim })).toMatchObject({
      decision: 'busy',
      workflowId: run.workflowId,
    });
  });
});
