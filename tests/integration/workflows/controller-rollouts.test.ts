// What a controller does with registered versions, and how people steer them, on the real server.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import {
  type Alert,
  messageNames,
  type RolloutResult,
  type RolloutStatus,
  type RunFinished,
  workflowIds,
} from '../../../contracts/messages.ts';
import type { FakeModel } from '../../support/fake-activities.ts';
import { lookOf } from '../../support/fake-rollout.ts';
import { createGate } from '../../support/gate.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('controller-rollouts');
});
afterAll(() => world.close());

const undecided = { judgeExperiment: () => Promise.resolve(lookOf('continue')) };
const shadow = (version: number) => ({ version, by: 'kim', reason: 'asked', entry: 'shadow' as const });

/** A run of another place says that it has registered a version. */
const tellRegistered = (model: string, version: number) =>
  world.controllerHandle(model).signal(messageNames.runFinished, {
    workflowId: workflowIds.lifecycle(model, `run-${version}`),
    outcome: 'registered',
    version,
    reason: 'all gates passed',
  } satisfies RunFinished);

const unheard: Alert = {
  status: 'firing',
  name: 'DiskFull',
  fingerprint: 'f1',
  startsAt: '2026-05-01T00:00:00Z',
  labels: {},
  annotations: {},
};

const rolloutStatus = (model: string, version: number) =>
  world.workflow.getHandle(workflowIds.rollout(model, version)).query<RolloutStatus>(messageNames.status);
const rolloutResult = (model: string, version: number) =>
  world.workflow.getHandle(workflowIds.rollout(model, version)).result() as Promise<RolloutResult>;

/** An open rollout that goes on until it is told otherwise. */
async function openRollout(fake: FakeModel, version = 2) {
  await world.client.startRollout(fake.model, shadow(version));
  await world.until('the challenger is in the shadow', async () => {
    return (await rolloutStatus(fake.model, version)).phase === 'shadow';
  });
}
const idle = (model: string) =>
  world.controllerState(
    model,
    'no rollout is open',
    ({ rollout, waiting }) => !rollout && waiting.length === 0,
  );

describe.concurrent('controller with a registered version', () => {
  it('rolls out what a run has registered, against the version in service', async () => {
    const fake = world.addModel({ champion: 1 });
    const { model } = fake;
    await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' } });
    await world.until('version 10 is in service', () => fake.changes().includes('promote'));
    expect(fake.changes()).toEqual(['register', 'challenge', 'challenge', 'challenge', 'promote']);
    const { champion, version } = fake.calls('judgeExperiment')[0];
    expect({ champion, version }).toEqual({ champion: 1, version: 10 });
    const { history } = await idle(model);
    expect(history.map(({ what, decision }) => [what, decision])).toEqual([
      ['retrain', 'started'],
      [expect.stringContaining('lifecycle/'), 'done'],
      ['version 10', 'started'],
      [workflowIds.rollout(model, 10), 'done'],
    ]);
    await world.record('controller-run-to-rollout', workflowIds.controller(model));
  });

  it('rolls nothing out for a run that was rejected, failed or cancelled', async () => {
    const fake = world.addModel();
    const { model } = fake;
    await world.client.pause(model, 'kim');
    await world.client.resume(model, 'kim');
    for (const outcome of ['rejected', 'failed', 'cancelled'] as const) {
      const finished: RunFinished = {
        workflowId: `lifecycle/${model}/${outcome}`,
        outcome,
        reason: 'so it is',
      };
      await world.controllerHandle(model).signal(messageNames.runFinished, finished);
    }
    const { rollout, waiting } = await world.controllerState(
      model,
      'has heard',
      ({ history }) => history.length === 5,
    );
    expect([rollout, waiting]).toEqual([undefined, []]);
  });

  it('lets a version wait while a rollout is open, then rolls it out', async () => {
    const fake = world.addModel({ champion: 1, activities: undecided });
    const { model } = fake;
    await openRollout(fake, 2);
    await tellRegistered(model, 3);
    await tellRegistered(model, 4);
    await world.controllerState(model, 'two wait', ({ waiting }) => waiting.length === 2);
    expect(await world.client.startRollout(model, shadow(5))).toMatchObject({ decision: 'busy' });
    expect(await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' } })).toMatchObject({
      decision: 'busy',
    });
    fake.replace({ judgeExperiment: () => Promise.resolve(lookOf('rollback')) });
    await world.until('version 4 had its turn', () => rolloutResult(model, 4));
    const challenged = fake
      .calls('commitRegistryChange')
      .flatMap(({ change }) => (change.kind === 'challenge' ? [change.challenger.version] : []));
    expect(challenged).toEqual([2, 3, 4]);
    await idle(model);
    await world.record('controller-waiting-versions', workflowIds.controller(model));
  });

  it('trains another version while it only watches a new champion, which waits before it enters traffic', async () => {
    const fake = world.addModel((model) => ({
      champion: 1,
      spec: specOf(model, { rollout: { steps: [], lookEverySeconds: 0.05, watchSeconds: 3_600 } }),
    }));
    const { model } = fake;
    await world.client.startRollout(model, shadow(2));
    await world.until(
      'version 2 is watched',
      async () => (await rolloutStatus(model, 2)).phase === 'watching',
    );
    expect(await world.client.retrain(model, { trigger: { kind: 'person', name: 'kim' } })).toMatchObject({
      decision: 'started',
    });
    const { rollout } = await world.controllerState(model, 'version 10 waits', ({ waiting }) =>
      waiting.includes(10),
    );
    expect(rollout?.version).toBe(2);
    expect(fake.changes()).toEqual(['challenge', 'promote', 'register']);
    await world.client.rollback(model, { by: 'kim', reason: 'complaints' });
    await world.until('version 10 has its turn', () => fake.changes().filter((it) => it === 'challenge')[1]);
    await world.record('controller-trains-while-watching', workflowIds.controller(model));
  });

  it('holds the open rollout of a frozen model, and hears people who pause one themselves', async () => {
    const fake = world.addModel({ champion: 1, activities: undecided });
    const { model } = fake;
    const asked = { version: 2, by: 'kim', reason: 'a holiday' };
    await world.client.startRollout(model, { ...asked, entry: 'shadow' });
    const held = (by: string | undefined) =>
      world.until(`it is held by ${by ?? 'nobody'}`, async () => {
        const status = await world.client.rolloutStatus(model, 2);
        return status?.phase === 'shadow' && status.paused?.by === by;
      });
    await held(undefined);
    expect(await world.client.pause(model, 'lee')).toMatchObject({
      decision: 'done',
      reason: 'paused by lee',
    });
    await held('lee');
    await world.client.resume(model, 'lee');
    await held(undefined);
    await world.client.pauseRollout(model, asked);
    await held('kim');
    expect(await world.client.pauseRollout(model, { ...asked, version: 3 })).toMatchObject({
      decision: 'ignored',
    });
    await world.client.resumeRollout(model, asked);
    await held(undefined);
    await world.client.rollback(model, { by: 'kim', reason: 'enough' });
    await world.until('it has ended', () => rolloutResult(model, 2));
    await world.record('controller-freezes-rollout', workflowIds.controller(model));
  });

  it('rolls out together what waits, so many as the model file says, and hears a person about each', async () => {
    const { rollout: policy, ...rest } = specOf('together');
    const spec = { ...rest, rollout: { ...policy, challengers: 2 } };
    const fake = world.addModel({ champion: 1, spec, activities: undecided });
    const { model } = fake;
    fake.replace({
      judgeArms: ({ versions }) =>
        Promise.resolve(versions.map((version) => ({ version, look: lookOf('continue') }))),
    });
    await openRollout(fake, 2);
    for (const version of [3, 4, 5]) await tellRegistered(model, version);
    await world.controllerState(model, 'three wait', ({ waiting }) => waiting.length === 3);
    await world.client.reject(model, { version: 2, by: 'kim', reason: 'no' });
    const { rollout } = await world.controllerState(
      model,
      'two go together',
      ({ waiting }) => waiting.length === 1,
    );
    expect(rollout).toMatchObject({ version: 3, others: [4] });
    await world.until(
      'both are in the shadow',
      async () => (await rolloutStatus(model, 3)).phase === 'shadow',
    );
    const rejected = await world.client.reject(model, { version: 4, by: 'kim', reason: 'not this one' });
    expect(rejected.decision).toBe('done');
    await world.client.reject(model, { version: 3, by: 'kim', reason: 'nor this' });
    expect(await rolloutResult(model, 3)).toMatchObject({ verdict: 'rollback' });
    expect(fake.changes().filter((kind) => kind === 'rollback')).toHaveLength(3);
  });

  it('keeps a version waiting while the model is paused', async () => {
    const fake = world.addModel();
    const { model } = fake;
    await world.client.pause(model, 'kim');
    await tellRegistered(model, 2);
    await world.controllerState(model, 'version 2 waits', ({ waiting }) => waiting.includes(2));
    expect(await world.client.pause(model, 'lee')).toMatchObject({ decision: 'done' });
    expect(fake.changes()).toEqual([]);
    await world.client.resume(model, 'kim');
    expect(await world.until('version 2 had its turn', () => rolloutResult(model, 2))).toMatchObject({
      verdict: 'promote',
    });
  });

  it('does not lose a version where a person starts another rollout in the same moment', async () => {
    const fake = world.addModel({ champion: 1, activities: undecided });
    const { model } = fake;
    await world.client.pause(model, 'kim');
    await world.client.resume(model, 'kim');
    const gates = [createGate(), createGate()];
    let readings = 0;
    fake.replace({
      readModelState: async (input) => {
        readings += 1;
        await gates.at(readings - 1)?.opened; // later readings do not wait
        return fake.original.readModelState(input);
      },
    });
    // Both have asked what is open before either has begun.
    const asked = world.client.startRollout(model, shadow(7));
    await world.until('the person’s request reads', () => readings === 1);
    await tellRegistered(model, 8);
    await world.until('the version’s turn reads', () => readings === 2);
    gates[0].open();
    expect(await asked).toMatchObject({ decision: 'started' });
    gates[1].open();
    fake.replace({ judgeExperiment: () => Promise.resolve(lookOf('inconclusive')) });
    await world.until('version 7 has ended', () => rolloutResult(model, 7));
    await world.until('version 8 has ended', () => rolloutResult(model, 8));
    await idle(model);
  });

  it('lives on where a rollout cannot start, and says so', async () => {
    const fake = world.addModel();
    const { model } = fake;
    await world.client.pause(model, 'kim');
    await world.client.resume(model, 'kim');
    fake.replace({
      readModelState: () => Promise.reject(new CoppiceFailure('ArtifactCorrupt', 'routing 3 is forged')),
    });
    await tellRegistered(model, 2);
    const { history, waiting } = await world.controllerState(model, 'says so', (state) =>
      state.history.some(({ what }) => what === 'version 2'),
    );
    expect(history.at(-1)).toMatchObject({
      decision: 'ignored',
      reason: 'its rollout could not start: routing 3 is forged',
    });
    expect(waiting).toEqual([]);
    fake.replace({ readModelState: fake.original.readModelState });
    expect(await world.client.startRollout(model, shadow(2))).toMatchObject({ decision: 'started' });
    await rolloutResult(model, 2);
  });
});

describe.concurrent('controller, told by people about a rollout', () => {
  it('passes an approval on to the version that waits for it', async () => {
    const fake = world.addModel((model) => ({
      champion: 1,
      spec: specOf(model, {
        rollout: { approval: 'manual', steps: [], lookEverySeconds: 0.05, watchSeconds: 0 },
      }),
    }));
    const { model } = fake;
    await world.client.startRollout(model, shadow(2));
    const other = await world.client.approve(model, { version: 3, by: 'kim', reason: '' });
    expect(other).toEqual({
      decision: 'ignored',
      reason: `${workflowIds.rollout(model, 2)} is open, no rollout of version 3`,
    });
    await world.until('it waits', async () => (await rolloutStatus(model, 2)).phase === 'approval');
    const approval = await world.client.approve(model, { version: 2, by: 'kim', reason: '' });
    expect(approval).toEqual({
      decision: 'done',
      reason: `approve by kim, on ${referenceOf('evidence', model).digest}`,
      workflowId: workflowIds.rollout(model, 2),
    });
    expect(await rolloutResult(model, 2)).toMatchObject({ verdict: 'promote' });
  });

  it('passes a rejection on', async () => {
    const fake = world.addModel((model) => ({
      champion: 1,
      spec: specOf(model, { rollout: { approval: 'manual' } }),
    }));
    const { model } = fake;
    await world.client.startRollout(model, shadow(2));
    await world.client.reject(model, { version: 2, by: 'kim', reason: 'labels look wrong' });
    expect(await rolloutResult(model, 2)).toMatchObject({ verdict: 'rejected' });
    await idle(model);
  });

  it('says that there is nothing to approve where no rollout is open', async () => {
    const fake = world.addModel();
    expect(await world.client.approve(fake.model, { version: 2, by: 'kim', reason: '' })).toEqual({
      decision: 'ignored',
      reason: 'no rollout is open',
    });
  });

  it('has an open rollout take its version out itself', async () => {
    const fake = world.addModel({ champion: 1, activities: undecided });
    const { model } = fake;
    await openRollout(fake);
    const rollback = await world.client.rollback(model, { by: 'kim', reason: 'complaints' });
    expect(rollback).toMatchObject({ decision: 'done', workflowId: workflowIds.rollout(model, 2) });
    expect(await rolloutResult(model, 2)).toMatchObject({ verdict: 'rollback' });
    expect(fake.changes()).toEqual(['challenge', 'rollback']);
    await world.record('controller-rollback', workflowIds.controller(model));
  });

  it('goes back to the version before where no rollout is open', async () => {
    const fake = world.addModel({ champion: 3 });
    const { model } = fake;
    expect(await world.client.rollback(model, { by: 'kim', reason: 'complaints' })).toEqual({
      decision: 'done',
      reason: 'version 3 left service (generation 1)',
    });
    expect(fake.calls('commitRegistryChange')).toMatchObject([
      { actor: 'kim', reason: 'complaints', change: { kind: 'rollback', version: 3 } },
    ]);
  });

  it('goes back by itself where the rollout was terminated and can hear nothing', async () => {
    const fake = world.addModel({ champion: 3, activities: undecided });
    const { model } = fake;
    const startedAt = '2026-05-01T00:00:00.000Z';
    const rollout = { workflowId: workflowIds.rollout(model, 2), startedAt, version: 2 };
    await world.start('controllerWorkflow', workflowIds.controller(model), {
      model,
      state: { model, paused: false, rollout, waiting: [], handledAlerts: [], history: [] },
    });
    expect(await world.client.rollback(model, { by: 'kim', reason: 'complaints' })).toMatchObject({
      decision: 'done',
      reason: 'version 3 left service (generation 1)',
    });
  });

  it('takes out a challenger whose rollout was terminated, and leaves the champion in service', async () => {
    const fake = world.addModel({ champion: 1, activities: undecided });
    const { model } = fake;
    await openRollout(fake, 2);
    await world.workflow.getHandle(workflowIds.rollout(model, 2)).terminate('by hand');
    await world.until('the controller finds that no rollout is open', async () => {
      // Asks it to read what is open, which is all that an alert that nobody listens to brings.
      await world.client.deliverAlert(model, unheard);
      return !(await world.client.controllerState(model))?.rollout;
    });
    expect(await world.client.rollback(model, { by: 'kim', reason: 'complaints' })).toEqual({
      decision: 'done',
      reason: 'version 2 left traffic, its rollout had ended without it (generation 2)',
    });
    expect(fake.calls('commitRegistryChange').at(-1)).toMatchObject({
      actor: 'kim',
      reason: 'complaints',
      change: { kind: 'rollback', version: 2 },
    });
    expect(await world.client.rollback(model, { by: 'kim', reason: 'still' })).toMatchObject({
      reason: 'version 1 left service (generation 3)',
    });
    await world.record('controller-takes-out-left-behind', workflowIds.controller(model));
  });

  it('says in words why there is nothing to go back to', async () => {
    const fake = world.addModel({ champion: 1 });
    fake.replace({
      commitRegistryChange: () =>
        Promise.reject(new CoppiceFailure('RollbackTargetMissing', 'no version before 1 to roll back to')),
    });
    const refused = world.client.rollback(fake.model, { by: 'kim', reason: 'complaints' });
    await expect(refused).rejects.toThrow('no version before 1 to roll back to');
  });

  it('says that nothing is in service', async () => {
    const fake = world.addModel();
    expect(await world.client.rollback(fake.model, { by: 'kim', reason: 'complaints' })).toMatchObject({
      decision: 'ignored',
    });
  });
});
