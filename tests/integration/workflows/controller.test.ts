// What a controller makes of alerts and of people, on the real server and through the client that they use.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RequestRefused } from '../../../client/coppice-client.ts';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { type Alert, messageNames, workflowIds } from '../../../contracts/messages.ts';
import { type FakeModel } from '../../support/fake-activities.ts';
import { createGate } from '../../support/gate.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('controller');
});
afterAll(() => world.close());

const kim = { kind: 'person' as const, name: 'kim' };
const alertOf = (overrides: Partial<Alert> = {}): Alert => ({
  status: 'firing',
  name: 'CoppiceQualityDrop',
  fingerprint: 'f1',
  startsAt: '2026-05-01T00:00:00Z',
  labels: {},
  annotations: {},
  ...overrides,
});

/** A run that does not get on until the gate is opened. */
function holdCollection(fake: FakeModel) {
  const gate = createGate();
  fake.replace({
    collectDocuments: (input) => gate.opened.then(() => fake.original.collectDocuments(input)),
  });
  return gate;
}
const runHasEnded = (fake: FakeModel) =>
  world.controllerState(
    fake.model,
    'the run has ended',
    ({ lastRunEndedAt }) => lastRunEndedAt !== undefined,
  );

describe.concurrent('controller', () => {
  it('is brought about by the first thing that it is told', async () => {
    const fake = world.addModel({ spec: null });
    expect(await world.client.controllerState(fake.model)).toBeUndefined();
    const decision = await world.client.applySpec(specOf(fake.model), 'kim');
    expect(decision).toMatchObject({
      decision: 'done',
      reason: expect.stringContaining('applied by kim') as string,
    });
    expect(fake.calls('storeSpec')).toEqual([{ model: fake.model, spec: specOf(fake.model), by: 'kim' }]);
    expect(fake.calls('publishAlertRules')).toEqual([{ model: fake.model }]);
    await world.until('the controller is found by its model', async () => {
      const attributes = await world.searchAttributes(workflowIds.controller(fake.model));
      return attributes.CoppiceModel === fake.model;
    });
  });

  it('applies a spec while Prometheus is away, after few attempts, and says so in one line', async () => {
    const fake = world.addModel({ spec: null });
    const away = 'Prometheus at http://127.0.0.1:9090/-/reload does not answer: connect ECONNREFUSED';
    fake.replace({ publishAlertRules: () => Promise.reject(new CoppiceFailure('MetricsUnavailable', away)) });
    const { decision, reason } = await world.client.applySpec(specOf(fake.model), 'kim');
    expect(decision).toBe('done');
    expect(reason).toMatch(
      /^spec [0-9a-f]{12} applied by kim; its alert rules are written and wait for Prometheus to start: Prometheus at .* ECONNREFUSED$/,
    );
    expect(fake.calls('storeSpec')).toHaveLength(1);
    expect(fake.calls('publishAlertRules')).toHaveLength(3);
    expect(fake.calls('followSchedule')).toHaveLength(1);
    await world.record('controller-spec-without-prometheus', workflowIds.controller(fake.model));
  });

  it('does not take a spec for applied whose rules cannot be written', async () => {
    const fake = world.addModel({ spec: null });
    fake.replace({
      publishAlertRules: () => Promise.reject(new CoppiceFailure('InvalidInput', 'no stored spec')),
    });
    await expect(world.client.applySpec(specOf(fake.model), 'kim')).rejects.toThrow('no stored spec');
  });

  it('starts one lifecycle for a retraining, and says which', async () => {
    const fake = world.addModel();
    const gate = holdCollection(fake);
    const decision = await world.client.retrain(fake.model, { trigger: kim, run: 'first' });
    const workflowId = workflowIds.lifecycle(fake.model, 'first');
    expect(decision).toEqual({
      decision: 'started',
      reason: 'full run because of a request of kim',
      workflowId,
    });
    expect(await world.client.retrain(fake.model, { trigger: kim })).toMatchObject({
      decision: 'busy',
      workflowId,
    });
    expect(await world.client.controllerState(fake.model)).toMatchObject({
      run: { workflowId, trigger: kim },
    });
    gate.open();
    const { run } = await runHasEnded(fake);
    expect(run).toBeUndefined();
  });

  it('goes on from the version that a request names, whatever the strategy of the spec', async () => {
    const fake = world.addModel({ champion: 3 });
    const decision = await world.client.retrain(fake.model, { trigger: kim, from: 2 });
    expect(decision.reason).toBe('incremental run going on from version 2, because of a request of kim');
    await runHasEnded(fake);
    expect(fake.calls('readBase')).toEqual([{ model: fake.model, version: 2 }]);
  });

  it('takes the strategy of the request before that of the spec', async () => {
    const fake = world.addModel();
    const decision = await world.client.retrain(fake.model, { trigger: kim, strategy: 'incremental' });
    expect(decision.reason).toBe('incremental run because of a request of kim');
    await runHasEnded(fake);
  });

  it('does not go on from a version that saw what was forgotten, unless the request says so', async () => {
    const fake = world.addModel((model) => ({
      spec: specOf(model, { retraining: { strategy: 'incremental', cooldownSeconds: 0 } }),
      champion: 1,
    }));
    fake.replace({
      readModelState: async (input) => {
        const state = await fake.original.readModelState(input);
        return { ...state, ...(state.champion && { champion: { ...state.champion, retrainingDue: true } }) };
      },
    });
    const decision = await world.client.retrain(fake.model, { trigger: kim });
    expect(decision.reason).toBe('full run because of a request of kim');
    await runHasEnded(fake);
  });

  it('starts nothing for a model without a stored spec', async () => {
    const fake = world.addModel({ spec: null });
    const refused = world.client.retrain(fake.model, { trigger: kim });
    await expect(refused).rejects.toThrow(
      new RequestRefused(`${fake.model} has no stored spec: apply one first`),
    );
    await expect(world.client.deliverAlert(fake.model, alertOf())).rejects.toThrow('has no stored spec');
    expect((await world.client.controllerState(fake.model))?.run).toBeUndefined();
  });

  it('refuses a request that does not fit, names every problem, and stays alive', async () => {
    const fake = world.addModel();
    await world.client.pause(fake.model, 'kim');
    const send = (message: string, request: object) =>
      world.controllerHandle(fake.model).executeUpdate(message, { args: [request] });
    await expect(send(messageNames.retrain, { run: 'with spaces' })).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/trigger: .*; run: /) as string },
    });
    await expect(send(messageNames.applySpec, { spec: {}, by: 'kim' })).rejects.toThrow();
    await expect(send(messageNames.rollback, {})).rejects.toThrow();
    expect(await world.client.resume(fake.model, 'kim')).toMatchObject({ decision: 'done' });
  });

  it('takes a rollout without an entry for one that begins in the shadow', async () => {
    const fake = world.addModel({ champion: 1 });
    await world.client.pause(fake.model, 'kim');
    await world.client.resume(fake.model, 'kim');
    const controller = world.controllerHandle(fake.model);
    await controller.executeUpdate(messageNames.startRollout, { args: [{ version: 2, by: 'kim' }] });
    await world.until('a look', () => fake.calls('judgeExperiment').length > 0);
    expect(fake.calls('judgeExperiment').at(0)?.mode).toBe('shadow');
  });

  it('tells in words what failed on the way', async () => {
    const fake = world.addModel();
    await world.client.pause(fake.model, 'kim');
    await world.client.resume(fake.model, 'kim');
    fake.replace({
      readModelState: () => Promise.reject(new CoppiceFailure('ArtifactCorrupt', 'routing 3 is forged')),
    });
    await expect(world.client.retrain(fake.model, { trigger: kim })).rejects.toThrow('routing 3 is forged');
  });

  it('lives on where it cannot read what is open, and decides once it can', async () => {
    const fake = world.addModel();
    fake.replace({
      readModelState: () => Promise.reject(new CoppiceFailure('ArtifactCorrupt', 'routing 3 is forged')),
    });
    await expect(world.client.retrain(fake.model, { trigger: kim })).rejects.toThrow('routing 3 is forged');
    fake.replace({ readModelState: fake.original.readModelState });
    expect(await world.client.retrain(fake.model, { trigger: kim })).toMatchObject({ decision: 'started' });
    const { history } = await runHasEnded(fake);
    expect(history[0].reason).toBe('open work is not known: routing 3 is forged');
  });

  it('does not run a second time under a name that has been used: its version is registered already', async () => {
    const fake = world.addModel();
    await world.client.retrain(fake.model, { trigger: kim, run: 'nightly' });
    await runHasEnded(fake);
    await world.until('the rollout has ended', async () => {
      const state = await world.client.controllerState(fake.model);
      return state && !state.rollout && state.waiting.length === 0;
    });
    const again = world.client.retrain(fake.model, { trigger: kim, run: 'nightly' });
    await expect(again).rejects.toThrow(/the run nightly could not start: .*already/);
    expect(await world.client.retrain(fake.model, { trigger: kim, run: 'nightly-2' })).toMatchObject({
      decision: 'started',
    });
  });

  it('starts nothing while the model is paused', async () => {
    const fake = world.addModel({ champion: 1 });
    expect(await world.client.pause(fake.model, 'kim')).toEqual({
      decision: 'done',
      reason: 'paused by kim',
    });
    const paused = { decision: 'paused', reason: 'the model is paused' };
    expect(await world.client.retrain(fake.model, { trigger: kim })).toEqual(paused);
    expect(await world.client.deliverAlert(fake.model, alertOf())).toEqual(paused);
    const rollout = { version: 2, by: 'kim', reason: '', entry: 'shadow' as const };
    expect(await world.client.startRollout(fake.model, rollout)).toEqual(paused);
    await world.client.resume(fake.model, 'kim');
    expect(await world.client.deliverAlert(fake.model, alertOf())).toMatchObject({ decision: 'started' });
    await runHasEnded(fake);
  });

  it('keeps what it was told and what it decided, newest last', async () => {
    const fake = world.addModel();
    await world.client.deliverAlert(fake.model, alertOf({ name: 'DiskFull' }));
    await world.client.pause(fake.model, 'kim');
    const history = await world
      .controllerHandle(fake.model)
      .query<{ what: string; decision: string }[]>(messageNames.history);
    expect(history.map(({ what, decision }) => [what, decision])).toEqual([
      ['alert DiskFull', 'ignored'],
      ['pause', 'done'],
    ]);
  });
});

describe.concurrent('controller, told of an alert', () => {
  it('starts one run for it, however often it repeats, and passes its fingerprint on', async () => {
    const fake = world.addModel();
    const gate = holdCollection(fake);
    const { model } = fake;
    const started = await world.client.deliverAlert(model, alertOf());
    expect(started).toMatchObject({ decision: 'started' });
    expect(await world.client.deliverAlert(model, alertOf())).toMatchObject({ decision: 'duplicate' });
    expect(await world.client.deliverAlert(model, alertOf({ fingerprint: 'f2' }))).toMatchObject({
      decision: 'busy',
      workflowId: started.workflowId,
    });
    gate.open();
    await runHasEnded(fake);
    expect(await world.client.deliverAlert(model, alertOf())).toMatchObject({ decision: 'duplicate' });
    const registered = fake.calls('commitRegistryChange').find(({ change }) => change.kind === 'register');
    expect(registered?.change).toMatchObject({
      version: { trigger: { kind: 'alert', alert: 'CoppiceQualityDrop', fingerprint: 'f1' } },
    });
    await world.record('controller-alert', workflowIds.controller(model));
  });

  it('acts on a new firing of the same alert', async () => {
    const fake = world.addModel();
    const { model } = fake;
    await world.client.deliverAlert(model, alertOf());
    await runHasEnded(fake);
    await world.controllerState(
      model,
      'no rollout is open',
      ({ rollout, waiting }) => !rollout && waiting.length === 0,
    );
    const again = alertOf({ startsAt: '2026-05-02T00:00:00Z' });
    expect(await world.client.deliverAlert(model, again)).toMatchObject({ decision: 'started' });
  });

  it('acts on an alert that found it busy once it repeats later', async () => {
    const fake = world.addModel();
    const { model } = fake;
    const gate = holdCollection(fake);
    // Both are read before either is acted upon.
    const answers = await Promise.all([
      world.client.deliverAlert(model, alertOf()),
      world.client.deliverAlert(model, alertOf({ fingerprint: 'f2' })),
    ]);
    expect(answers.map(({ decision }) => decision).sort()).toEqual(['busy', 'started']);
    const late = alertOf({ fingerprint: answers[0].decision === 'busy' ? 'f1' : 'f2' });
    gate.open();
    await runHasEnded(fake);
    await world.controllerState(
      model,
      'no rollout is open',
      ({ rollout, waiting }) => !rollout && waiting.length === 0,
    );
    expect(await world.client.deliverAlert(model, late)).toMatchObject({ decision: 'started' });
  });

  it('rests after a run: another alert within the cooldown starts nothing', async () => {
    const fake = world.addModel((model) => ({
      spec: specOf(model, { retraining: { cooldownSeconds: 3_600 } }),
    }));
    const { model } = fake;
    fake.replace({
      evaluateVersion: async (input) => ({
        ...(await fake.original.evaluateVersion(input)),
        outcome: 'rejected',
      }),
    });
    await world.client.deliverAlert(model, alertOf());
    await runHasEnded(fake);
    expect(await world.client.deliverAlert(model, alertOf({ fingerprint: 'f2' }))).toMatchObject({
      decision: 'cooldown',
      reason: expect.stringMatching(/^the last run ended \d+ s ago$/) as string,
    });
    // A person does not wait.
    expect(await world.client.retrain(model, { trigger: kim })).toMatchObject({ decision: 'started' });
  });

  it('ignores one that the spec does not list, and one that has resolved', async () => {
    const fake = world.addModel();
    const { model } = fake;
    expect(await world.client.deliverAlert(model, alertOf({ name: 'DiskFull' }))).toEqual({
      decision: 'ignored',
      reason: 'DiskFull is not among retraining.alerts',
    });
    expect(await world.client.deliverAlert(model, alertOf({ status: 'resolved' }))).toMatchObject({
      decision: 'resolved',
    });
    expect((await world.client.controllerState(model))?.run).toBeUndefined();
  });
});
