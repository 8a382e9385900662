// A Schedule of the server, its tick and the controller, on the real server over fake activities.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../../contracts/messages.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('schedules');
});
afterAll(() => world.close());

const nightly = '0 3 * * *';

/** A model whose activities are those of a worker: the schedule is kept, and the tick asks the controller. */
function scheduledModel() {
  const fake = world.addModel();
  let cron: string | undefined;
  fake.replace({
    storeSpec: (input) => {
      cron = input.spec.retraining.schedule;
      return fake.original.storeSpec(input);
    },
    followSchedule: ({ model }) => world.client.schedules.follow(model, cron),
    askToRetrain: ({ model, schedule, run }) =>
      world.client.retrain(model, { trigger: { kind: 'schedule', schedule }, run }),
  });
  const apply = (retraining: { schedule?: string }) =>
    world.client.applySpec(specOf(fake.model, { retraining: { cooldownSeconds: 0, ...retraining } }), 'kim');
  return { fake, model: fake.model, apply };
}

describe('the schedule of a spec', () => {
  it('is kept by the server from apply to apply, and taken away with the line in the spec', async () => {
    const { model, apply } = scheduledModel();
    const { schedules } = world.client;
    await apply({});
    expect(await schedules.describe(model)).toBeUndefined();
    await apply({ schedule: nightly });
    const [next] = (await schedules.describe(model))?.next ?? [];
    expect(new Date(next).getUTCHours()).toBe(3);
    await apply({ schedule: '30 4 * * *' });
    expect(await schedules.describe(model)).toMatchObject({ schedule: '30 4 * * *', paused: false });
    expect((await schedules.describe(model))?.next[0]).toMatch(/T04:30:00/);
    await apply({});
    expect(await schedules.describe(model)).toBeUndefined();
  });

  it('brings a run when it ticks, which says what it came of', async () => {
    const { fake, model, apply } = scheduledModel();
    await apply({ schedule: nightly });
    await world.client.schedules.trigger(model);
    await world.until('a version is registered', () => fake.changes().includes('register'));
    const registered = fake.calls('commitRegistryChange').find(({ change }) => change.kind === 'register');
    expect(registered?.change).toMatchObject({
      version: { trigger: { kind: 'schedule', schedule: nightly } },
    });
    const last = await world.until(
      'the tick is listed',
      async () => (await world.client.schedules.describe(model))?.last,
    );
    const decision: unknown = await world.workflow.getHandle(last.workflowId).result();
    expect(decision).toMatchObject({ decision: 'started' });
    await world.record('schedule-tick', last.workflowId);
    await world.record('controller-schedule', workflowIds.controller(model));
  });

  it('starts nothing while the model is frozen, and the tick says so', async () => {
    const { fake, model, apply } = scheduledModel();
    await apply({ schedule: nightly });
    await world.client.pause(model, 'kim');
    await world.client.schedules.trigger(model);
    const last = await world.until(
      'the tick is listed',
      async () => (await world.client.schedules.describe(model))?.last,
    );
    expect(await world.workflow.getHandle(last.workflowId).result()).toEqual({
      decision: 'paused',
      reason: 'the model is paused',
    });
    expect(fake.order()).not.toContain('collectDocuments');
  });
});
