// A version's way into traffic, on the real server: what follows from each verdict.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RolloutStatus } from '../../../contracts/messages.ts';
import { lookOf } from '../../support/fake-rollout.ts';
import { startRollout } from '../../support/rollouts.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

// The server fires a timer up to a second late: these tests wait side by side.
vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('rollout');
});
afterAll(() => world.close());

describe.concurrent('rollout', () => {
  it('promotes a first version at once, since there is nothing to compare it with', async () => {
    const fake = world.addModel();
    const { id, ended } = await startRollout(world, fake, { champion: undefined });
    expect(await ended).toMatchObject({ verdict: 'promote' });
    expect(fake.order()).toEqual(['commitRegistryChange', 'awaitGateways', 'validateVersion']);
    expect(fake.changes()).toEqual(['promote']);
    await world.record('rollout-first-version', id);
  });

  it('goes from shadow through every canary step to all traffic, then watches', async () => {
    const fake = world.addModel();
    const decisive = lookOf('promote', { estimate: 0.05, interval: [0.01, 0.09] });
    const looks = [lookOf('continue'), decisive];
    fake.replace({ judgeExperiment: () => Promise.resolve(looks.shift() ?? lookOf('promote')) });
    const { id, ended, status } = await startRollout(world, fake, { policy: { watchSeconds: 0.2 } });

    expect(await ended).toEqual({ verdict: 'promote', look: decisive, reasons: decisive.reasons });
    expect(fake.changes()).toEqual(['challenge', 'challenge', 'challenge', 'promote']);
    const arms = fake
      .calls('commitRegistryChange')
      .flatMap(({ change }) => (change.kind === 'challenge' ? [change.challenger] : []));
    expect(arms.map(({ mode, step, trafficFraction }) => [mode, step, trafficFraction])).toEqual([
      ['shadow', 0, 0],
      ['canary', 1, 0.25],
      ['canary', 2, 0.5],
    ]);
    expect(new Set(arms.map(({ experiment }) => experiment)).size).toBe(1);
    const asked = fake
      .calls('judgeExperiment')
      .map(({ mode, step, qualityProven }) => [mode, step, qualityProven]);
    expect(asked).toEqual([
      ['shadow', 0, false],
      ['shadow', 0, false],
      ['canary', 1, true],
      ['canary', 2, true],
    ]);
    expect(fake.calls('judgeWatch').length).toBeGreaterThan(0);
    expect(await status()).toMatchObject({ phase: 'ended', verdict: 'promote', trafficFraction: 1 });
    await world.record('rollout-shadow-promote', id);
  });

  it('waits for the gateways of each generation before it looks', async () => {
    const fake = world.addModel();
    await (await startRollout(world, fake)).ended;
    expect(fake.calls('awaitGateways').map(({ generation, version }) => [generation, version])).toEqual([
      [1, 2],
      [0, 1], // what a rollback would go to
      [2, 2],
      [3, 2],
      [4, 2],
    ]);
    const [firstGateways, firstLook] = ['awaitGateways', 'judgeExperiment'].map((name) =>
      fake.order().indexOf(name as 'awaitGateways'),
    );
    expect(firstGateways).toBeLessThan(firstLook);
  });

  it('commits each change under a key of its own, so that a retried commit is the same commit', async () => {
    const fake = world.addModel();
    await (await startRollout(world, fake)).ended;
    const keys = fake.calls('commitRegistryChange').map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('takes a version that shadow finds worse out, and proves it', async () => {
    const fake = world.addModel();
    fake.replace({ judgeExperiment: () => Promise.resolve(lookOf('rollback')) });
    const { id, ended, status } = await startRollout(world, fake);
    const result = await ended;
    expect(result.verdict).toBe('rollback');
    expect(result.verification).toMatchObject({ verified: true, quarantined: true });
    expect(fake.changes()).toEqual(['challenge', 'rollback']);
    expect(fake.order().slice(-3)).toEqual(['awaitGateways', 'verifyRollback', 'recordIncident']);
    expect(fake.calls('awaitGateways').at(-1)).not.toHaveProperty('version'); // the bad one need not be ready
    expect((await status()).trafficFraction).toBe(0);
    await world.record('rollout-shadow-rollback', id);
  });

  it('rolls back from a canary step, after a shadow that promoted', async () => {
    const fake = world.addModel();
    fake.replace({
      judgeExperiment: ({ step }) => Promise.resolve(lookOf(step === 2 ? 'rollback' : 'promote')),
    });
    const { id, ended } = await startRollout(world, fake);
    expect(await ended).toMatchObject({ verdict: 'rollback', look: { verdict: 'rollback' } });
    expect(fake.changes()).toEqual(['challenge', 'challenge', 'challenge', 'rollback']);
    await world.record('rollout-canary-rollback', id);
  });

  it('looks again until a rollback is proven', async () => {
    const fake = world.addModel();
    let asked = 0;
    const verification = { generation: 2, answersByBadVersion: 0, quarantined: true, reasons: [] };
    fake.replace({
      judgeExperiment: () => Promise.resolve(lookOf('rollback')),
      verifyRollback: () => {
        asked += 1;
        return Promise.resolve({ ...verification, verified: asked === 3, answersSince: asked - 1 });
      },
    });
    const { verification: proof } = await (await startRollout(world, fake)).ended;
    expect(proof).toMatchObject({ verified: true, answersSince: 2 });
  });

  it('says that a rollback is not verified where no answer came within the patience of the policy', async () => {
    const fake = world.addModel();
    const reasons = ['0 answers since the rollback'];
    fake.replace({
      judgeExperiment: () => Promise.resolve(lookOf('rollback')),
      verifyRollback: ({ generation }) =>
        Promise.resolve({
          verified: false,
          generation,
          answersSince: 0,
          answersByBadVersion: 0,
          quarantined: true,
          reasons,
        }),
    });
    const result = await (await startRollout(world, fake, { policy: { patienceSeconds: 0.2 } })).ended;
    expect(result).toMatchObject({ verdict: 'rollback', verification: { verified: false } });
    expect(result.reasons).toEqual(['told to rollback', ...reasons, ...(result.incident?.lines ?? [])]);
  });

  it.each(['inconclusive', 'no-traffic'] as const)(
    'withdraws a version without quarantine where the verdict is %s',
    async (verdict) => {
      const fake = world.addModel();
      fake.replace({ judgeExperiment: () => Promise.resolve(lookOf(verdict)) });
      const { id, ended } = await startRollout(world, fake);
      expect(await ended).toMatchObject({ verdict, reasons: [`told to ${verdict}`] });
      expect(fake.changes()).toEqual(['challenge', 'withdraw']);
      expect(fake.calls('verifyRollback')).toEqual([]);
      if (verdict === 'no-traffic') await world.record('rollout-no-traffic', id);
    },
  );

  it('goes back as unhealthy where a gateway cannot load the version, without a look', async () => {
    const fake = world.addModel();
    const reasons = ['gateway-1 cannot load version 2: out of memory'];
    fake.replace({
      awaitGateways: ({ version }) =>
        Promise.resolve({ ready: version === undefined, reasons, cause: 'unloadable' }),
    });
    const result = await (await startRollout(world, fake)).ended;
    expect(result.verdict).toBe('unhealthy');
    expect(result.reasons).toContain(reasons[0]);
    expect(fake.changes()).toEqual(['challenge', 'rollback']);
    expect(fake.calls('judgeExperiment')).toEqual([]);
  });

  it('goes back as unhealthy where a version does not answer what it is asked, before any look', async () => {
    const fake = world.addModel();
    const reasons = ['it does not answer: out of memory'];
    fake.replace({
      validateVersion: () => Promise.resolve({ valid: false, reached: true, reasons, answers: 0 }),
    });
    const { id, ended } = await startRollout(world, fake);
    expect(await ended).toMatchObject({ verdict: 'unhealthy', look: { reasons } });
    expect(fake.changes()).toEqual(['challenge', 'rollback']);
    expect(fake.calls('judgeExperiment')).toEqual([]);
    await world.record('rollout-not-valid', id);
  });

  it('blames no version for a gateway that cannot be asked', async () => {
    const fake = world.addModel();
    const reasons = ['no gateway answers'];
    fake.replace({
      validateVersion: () => Promise.resolve({ valid: false, reached: false, reasons, answers: 0 }),
    });
    expect(await (await startRollout(world, fake)).ended).toMatchObject({ verdict: 'no-traffic', reasons });
    expect(fake.changes()).toEqual(['challenge', 'withdraw']);
  });

  it('goes nowhere where nothing is loaded to go back to', async () => {
    const fake = world.addModel();
    const reasons = ['gateway-1 cannot load version 1: no space left'];
    fake.replace({
      awaitGateways: ({ version }) => Promise.resolve({ ready: version !== 1, reasons, cause: 'unloadable' }),
    });
    expect(await (await startRollout(world, fake)).ended).toMatchObject({
      verdict: 'no-traffic',
      reasons: [`nothing to go back to: ${reasons[0]}`],
    });
    expect(fake.changes()).toEqual(['challenge', 'withdraw']);
  });

  it('withdraws a version that no gateway acknowledges: nothing is known of it, and it may be rolled out again', async () => {
    const fake = world.addModel();
    const reasons = ['no gateway holds a lease'];
    fake.replace({
      awaitGateways: () => Promise.resolve({ ready: false, reasons, cause: 'unacknowledged' }),
    });
    const { id, ended } = await startRollout(world, fake);
    expect(await ended).toMatchObject({ verdict: 'no-traffic', reasons });
    expect(fake.changes()).toEqual(['challenge', 'withdraw']);
    await world.record('rollout-no-gateway', id);
  });

  it('goes back where a gateway cannot load the new champion', async () => {
    const fake = world.addModel();
    const reasons = ['gateway-2 cannot load version 2: no space left'];
    const inService = () => fake.changes().at(-1) === 'promote';
    fake.replace({
      awaitGateways: () => Promise.resolve({ ready: !inService(), reasons, cause: 'unloadable' }),
    });
    const result = await (await startRollout(world, fake)).ended;
    expect(result).toMatchObject({ verdict: 'unhealthy', look: { reasons } });
    expect(fake.changes().slice(-2)).toEqual(['promote', 'rollback']);
  });

  it('gives service back, without a quarantine, where no gateway acknowledges the promotion', async () => {
    const fake = world.addModel();
    const reasons = ['waited for gateway-1'];
    const inService = () => fake.changes().at(-1) === 'promote';
    fake.replace({
      awaitGateways: () => Promise.resolve({ ready: !inService(), reasons, cause: 'unacknowledged' }),
    });
    const { id, ended } = await startRollout(world, fake);
    expect(await ended).toMatchObject({ verdict: 'no-traffic', look: { reasons } });
    const last = fake.calls('commitRegistryChange').slice(-2);
    expect(last.map(({ change }) => change)).toEqual([
      { kind: 'promote', version: 2 },
      { kind: 'promote', version: 1 },
    ]);
    await world.record('rollout-given-back', id);
  });

  it.each([
    ['no-traffic', 'no gateway holds a lease', 'unacknowledged'],
    ['unhealthy', 'gateway-1 cannot load version 2: out of memory', 'unloadable'],
  ] as const)(
    'ends a first version as %s where %s: there is nothing to go back to',
    async (verdict, reason, cause) => {
      const fake = world.addModel();
      fake.replace({ awaitGateways: () => Promise.resolve({ ready: false, reasons: [reason], cause }) });
      const { ended } = await startRollout(world, fake, { champion: undefined });
      expect(await ended).toMatchObject({ verdict, reasons: [reason] });
      expect(fake.changes()).toEqual(['promote']);
    },
  );

  it('takes back a new champion that breaks a guardrail while it is watched', async () => {
    const fake = world.addModel();
    fake.replace({ judgeWatch: () => Promise.resolve(lookOf('unhealthy')) });
    const { id, ended } = await startRollout(world, fake, { policy: { watchSeconds: 60 } });
    expect(await ended).toMatchObject({ verdict: 'unhealthy', verification: { verified: true } });
    expect(fake.changes().slice(-2)).toEqual(['promote', 'rollback']);
    await world.record('rollout-watch-rollback', id);
  });

  it('lets a version into the canary without shadow, even one in quarantine, where a person asks', async () => {
    const fake = world.addModel();
    const { ended } = await startRollout(world, fake, { entry: 'canary' });
    expect(await ended).toMatchObject({ verdict: 'promote' });
    const challenges = fake.calls('commitRegistryChange').filter(({ change }) => change.kind === 'challenge');
    expect(challenges.map(({ change }) => change)).toMatchObject([
      { challenger: { mode: 'shadow', trafficFraction: 0 }, overrideQuarantine: true }, // to be validated
      { challenger: { mode: 'canary', trafficFraction: 0.25 } },
      { challenger: { mode: 'canary', trafficFraction: 0.5 } },
    ]);
    // Once: whoever takes it out meanwhile is heard.
    expect(challenges.slice(1).some(({ change }) => 'overrideQuarantine' in change)).toBe(false);
    // Nothing has shown yet that it is better: the first step must.
    const proven = fake.calls('judgeExperiment').map(({ qualityProven }) => qualityProven);
    expect(proven).toEqual([false, true]);
  });

  it('promotes nothing without evidence: without canary steps a version proves itself in the shadow, whoever asks', async () => {
    const fake = world.addModel();
    fake.replace({ judgeExperiment: () => Promise.resolve(lookOf('inconclusive')) });
    const { id, ended } = await startRollout(world, fake, { entry: 'canary', policy: { steps: [] } });
    expect(await ended).toMatchObject({ verdict: 'inconclusive' });
    expect(fake.calls('commitRegistryChange').map(({ change }) => change)).toMatchObject([
      { kind: 'challenge', challenger: { mode: 'shadow' }, overrideQuarantine: true },
      { kind: 'withdraw' },
    ]);
    await world.record('rollout-proven-in-shadow', id);
  });

  it('is held with its share where subjects do not come as asked for, and goes on once they do', async () => {
    const fake = world.addModel();
    const hold = { reason: 'the arms did not get the shares asked for', pValue: 0.0002 };
    let fits = false;
    fake.replace({
      judgeExperiment: ({ mode }) =>
        Promise.resolve(mode === 'shadow' || fits ? lookOf('promote') : lookOf('continue', { hold })),
    });
    const { id, ended, status } = await startRollout(world, fake);
    const held = await world.until('it is held', async () => {
      const seen: RolloutStatus = await status();
      return seen.look?.hold && seen;
    });
    expect(held).toMatchObject({ phase: 'canary', step: 1, trafficFraction: 0.25, look: { hold } });
    expect(fake.changes()).toEqual(['challenge', 'challenge']);
    fits = true;
    expect(await ended).toMatchObject({ verdict: 'promote' });
    expect(fake.changes().at(-1)).toBe('promote');
    await world.record('rollout-held-by-ratio', id);
  });

  it('asks gateways to draw each request anew in the canary of an interleaved rollout', async () => {
    const fake = world.addModel();
    const policy = {
      ...{ design: 'interleaved' as const, metrics: ['rating' as const] },
      ...{ subjectWindowSeconds: 3_600, steps: [0.5] },
    };
    const { id, ended } = await startRollout(world, fake, { policy, judgedBy: 'guardrails' });
    expect(await ended).toMatchObject({ verdict: 'promote' });
    const challengers = fake
      .calls('commitRegistryChange')
      .flatMap(({ change }) => (change.kind === 'challenge' ? [change.challenger] : []));
    expect(challengers.map(({ mode, design }) => [mode, design])).toEqual([
      ['shadow', undefined],
      ['canary', 'interleaved'],
    ]);
    await world.record('rollout-interleaved', id);
  });

  it('never lifts a quarantine by itself', async () => {
    const fake = world.addModel();
    await (await startRollout(world, fake)).ended;
    for (const { change } of fake.calls('commitRegistryChange')) {
      expect(change).not.toHaveProperty('overrideQuarantine');
    }
  });

  it('tells where it stands while it goes on', async () => {
    const fake = world.addModel();
    const look = lookOf('continue', { pairs: 7 });
    fake.replace({ judgeExperiment: () => Promise.resolve(look) });
    const rollout = await startRollout(world, fake, { policy: { steps: [] } });
    const seen = await world.until('a look is shown', async () => {
      const status: RolloutStatus = await rollout.status();
      return status.look && status;
    });
    expect(seen).toEqual({ phase: 'shadow', step: 0, trafficFraction: 0, look });
    expect(await world.searchAttributes(rollout.id)).toMatchObject({
      CoppiceModel: fake.model,
      CoppiceVersion: '2',
      CoppiceChampion: '1',
      CoppiceStage: 'rollout',
    });
    await rollout.say('approve');
    await rollout.ended;
  });
});
