// Several versions at once on their way into traffic, on the real server: who leaves, who takes over, who is told.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Look, RolloutStatus } from '../../../contracts/messages.ts';
import type { FakeModel } from '../../support/fake-activities.ts';
import { lookOf } from '../../support/fake-rollout.ts';
import { startRollout } from '../../support/rollouts.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('rollout-arms');
});
afterAll(() => world.close());

const better = (estimate: number) => lookOf('promote', { estimate, interval: [0.01, 2 * estimate] });
const changesOf = (fake: FakeModel) => fake.calls('commitRegistryChange').map(({ change }) => change);
const judged = (fake: FakeModel, lookAt: (version: number, step: number) => Look) =>
  fake.replace({
    judgeArms: ({ versions, step }) =>
      Promise.resolve(versions.map((version) => ({ version, look: lookAt(version, step) }))),
  });

describe.concurrent('a rollout of several versions', () => {
  it('gives each an equal part of the share, lets the worse leave, and promotes the best', async () => {
    const fake = world.addModel();
    judged(fake, (version, step) => {
      if (version === 3) return step === 1 ? lookOf('rollback') : better(0.09);
      return better(version === 4 ? 0.05 : 0.02);
    });
    const { id, ended, status } = await startRollout(world, fake, { others: [3, 4] });
    expect(await ended).toMatchObject({ verdict: 'promote', version: 4, look: { estimate: 0.05 } });
    const challengers = changesOf(fake).flatMap((it) => (it.kind === 'challenge' ? [it.challenger] : []));
    expect(challengers).toMatchObject([
      { version: 2, others: [3, 4], mode: 'shadow', trafficFraction: 0 },
      { version: 2, others: [3, 4], mode: 'canary', trafficFraction: 0.25 / 3 },
      { version: 2, others: [4], left: [3], mode: 'canary', trafficFraction: 0.5 / 3 },
    ]);
    expect(changesOf(fake).filter(({ kind }) => kind !== 'challenge')).toEqual([
      { kind: 'rollback', version: 3 },
      { kind: 'withdraw', version: 2 },
      { kind: 'promote', version: 4 },
    ]);
    expect(fake.calls('recordIncident')).toHaveLength(1);
    expect(fake.calls('judgeArms').at(-1)).toMatchObject({ versions: [2, 4], arms: 3, qualityProven: true });
    expect(await status()).toMatchObject({ phase: 'ended', verdict: 'promote' });
    await world.record('rollout-several', id);
  });

  it('ends without a promotion where none is left, and says why each went', async () => {
    const fake = world.addModel();
    judged(fake, (version) => lookOf(version === 2 ? 'unhealthy' : 'inconclusive'));
    const { id, ended } = await startRollout(world, fake, { others: [3] });
    const { verdict, reasons } = await ended;
    expect(verdict).toBe('inconclusive');
    expect(reasons.join()).toMatch(/version 2 \(unhealthy\): .*version 3 \(inconclusive\): /);
    expect(changesOf(fake).slice(1)).toEqual([
      { kind: 'rollback', version: 2 },
      { kind: 'withdraw', version: 3 },
    ]);
    await world.record('rollout-several-none', id);
  });

  it('goes on without a version that cannot be loaded, or does not answer', async () => {
    const fake = world.addModel();
    const reasons = ['out of memory'];
    fake.replace({
      awaitGateways: ({ version }) => Promise.resolve({ ready: version !== 3, reasons, cause: 'unloadable' }),
      validateVersion: ({ version }) =>
        Promise.resolve({ valid: version !== 4, reached: true, reasons, answers: 0 }),
    });
    judged(fake, () => better(0.02));
    const { ended } = await startRollout(world, fake, { others: [3, 4], policy: { steps: [] } });
    expect(await ended).toMatchObject({ verdict: 'promote', version: 2 });
    expect(fake.calls('judgeArms')[0].versions).toEqual([2]);
    expect(changesOf(fake).filter(({ kind }) => kind === 'rollback')).toHaveLength(2);
  });

  it('hears a person about one of them, and about all', async () => {
    const fake = world.addModel();
    judged(fake, () => lookOf('continue'));
    const rollout = await startRollout(world, fake, { others: [3] });
    await rollout.inPhase('shadow');
    await rollout.say('reject', 'not this one', { version: 3 });
    await world.until('only version 2 is looked at', () => {
      return Promise.resolve(fake.calls('judgeArms').at(-1)?.versions.length === 1);
    });
    const seen: RolloutStatus = await rollout.status();
    expect(seen.arms?.map(({ version }) => version)).toContain(2);
    await rollout.say('rollback', 'nor the other');
    expect(await rollout.ended).toMatchObject({ verdict: 'rollback', version: 2 });
    expect(changesOf(fake).slice(1)).toEqual([
      { kind: 'rollback', version: 3 },
      { kind: 'rollback', version: 2 },
    ]);
  });

  it('takes all of them out of traffic where it is cancelled', async () => {
    const fake = world.addModel();
    judged(fake, () => lookOf('continue'));
    const rollout = await startRollout(world, fake, { others: [3] });
    await rollout.inPhase('shadow');
    await rollout.handle.cancel();
    await expect(rollout.ended).rejects.toThrow();
    expect(changesOf(fake).slice(1)).toEqual([
      { kind: 'withdraw', version: 2 },
      { kind: 'withdraw', version: 3 },
    ]);
  });
});
