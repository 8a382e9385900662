// What people and failures do to a rollout, on the real server.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Approval } from '../../../contracts/approval.ts';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { workflowIds } from '../../../contracts/messages.ts';
import { lookOf } from '../../support/fake-rollout.ts';
import { referenceOf } from '../../support/model-fixtures.ts';
import { startRollout } from '../../support/rollouts.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

// The server fires a timer up to a second late: these tests wait side by side.
vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('rollout-people');
});
afterAll(() => world.close());

const undecided = () => Promise.resolve(lookOf('continue'));

describe.concurrent('rollout with manual approval', () => {
  const manual = { approval: 'manual' as const };
  /** What `describeApproval` of the fake says that a version was judged on. */
  const evidenceOf = (model: string) => referenceOf('evidence', model).digest;
  /** Answers of a status that waits for approval, once it is as told. */
  const approvalOf = (
    rollout: Awaited<ReturnType<typeof startRollout>>,
    label: string,
    isSo: (approval: Approval) => boolean,
  ) =>
    world.until(`${rollout.id}: ${label}`, async () => {
      const { approval } = await rollout.status();
      return approval && isSo(approval) && approval;
    });

  it('moves no traffic before a person approves on the evidence, and says so in the ledger', async () => {
    const fake = world.addModel();
    const rollout = await startRollout(world, fake, { policy: manual });
    const evidence = evidenceOf(fake.model);
    expect(await approvalOf(rollout, 'opens', () => true)).toEqual({
      ...{ evidence, requesters: ['kim'], mustDiffer: false, overdue: false },
    });
    expect(fake.order()).toEqual(['describeApproval']);
    await rollout.say('approve', 'fine', { evidence });
    expect(await rollout.ended).toMatchObject({ verdict: 'promote' });
    expect(fake.changes()).toEqual(['challenge', 'challenge', 'challenge', 'promote']);
    for (const commit of fake.calls('commitRegistryChange')) {
      expect(commit).toMatchObject({ evidence: [evidence] });
      expect(commit.reason).toMatch(/; approved by kim$/);
    }
    await world.record('rollout-approved-on-evidence', rollout.id);
  });

  it('goes on waiting where an approval does not say what it rests on, or rests on something else', async () => {
    const fake = world.addModel();
    const rollout = await startRollout(world, fake, { policy: manual });
    await approvalOf(rollout, 'opens', () => true);
    await rollout.say('approve');
    await approvalOf(rollout, 'refuses', ({ refused }) =>
      /does not say what it rests on/.test(refused ?? ''),
    );
    const other = `sha256:${'0'.repeat(64)}`;
    await rollout.say('approve', '', { evidence: other });
    await approvalOf(rollout, 'refuses', ({ refused }) => (refused ?? '').includes(`rests on ${other}`));
    expect(fake.changes()).toEqual([]);
    await rollout.say('reject');
    expect(await rollout.ended).toMatchObject({ verdict: 'rejected' });
  });

  it('hears no approval of whoever asked for it, where the spec wants another, in no phase', async () => {
    const fake = world.addModel({ activities: { judgeExperiment: undecided } });
    const policy = { ...manual, approverMustDiffer: true, lookEverySeconds: 3_600 };
    const rollout = await startRollout(world, fake, { policy });
    await approvalOf(rollout, 'opens', ({ mustDiffer }) => mustDiffer);
    const evidence = evidenceOf(fake.model);
    await rollout.say('approve', '', { evidence });
    await approvalOf(rollout, 'refuses', ({ refused }) => /kim asked for it/.test(refused ?? ''));
    await rollout.say('approve', '', { evidence, by: 'lee' });
    await rollout.inPhase('shadow');
    await rollout.say('approve', 'I am sure');
    await world.until('a look', () => fake.calls('judgeExperiment').length > 0);
    expect((await rollout.status()).phase).toBe('shadow');
    await rollout.say('rollback');
    expect(await rollout.ended).toMatchObject({ verdict: 'rollback' });
  });

  it('is rejected at its deadline where the spec says so', async () => {
    const fake = world.addModel();
    const policy = { ...manual, approvalDeadlineSeconds: 1, atApprovalDeadline: 'reject' as const };
    const rollout = await startRollout(world, fake, { policy });
    const { verdict, reasons } = await rollout.ended;
    expect([verdict, fake.changes()]).toEqual(['rejected', []]);
    expect(reasons[0]).toMatch(/^nobody approved it before 20/);
    await world.record('rollout-deadline', rollout.id);
  });

  it('is held at its deadline otherwise, shown as overdue, and may still be approved', async () => {
    const fake = world.addModel();
    const rollout = await startRollout(world, fake, { policy: { ...manual, approvalDeadlineSeconds: 1 } });
    const { deadline, evidence } = await approvalOf(rollout, 'is overdue', ({ overdue }) => overdue);
    expect(Date.parse(deadline ?? '')).toBeLessThan(Date.now());
    await rollout.say('approve', 'late', evidence === undefined ? {} : { evidence });
    expect(await rollout.ended).toMatchObject({ verdict: 'promote' });
    await world.record('rollout-held', rollout.id);
  });

  it('tells the approver at once why an approval does not count, and on what it rests where it does', async () => {
    const fake = world.addModel();
    await startRollout(world, fake, { policy: { ...manual, approverMustDiffer: true } });
    const status = () => world.client.rolloutStatus(fake.model, 2);
    await world.until('the gate opens', async () => (await status())?.approval);
    const ask = (by: string, evidence?: string) =>
      world.client.approve(fake.model, { version: 2, by, reason: '', ...(evidence && { evidence }) });
    expect(await ask('kim')).toMatchObject({ decision: 'ignored' });
    expect(await ask('lee', `sha256:${'0'.repeat(64)}`)).toMatchObject({
      decision: 'ignored',
      reason: expect.stringContaining('judged on') as string,
    });
  });

  it('ends as rejected where a person says no, and changes nothing', async () => {
    const fake = world.addModel();
    const rollout = await startRollout(world, fake, { policy: manual });
    await rollout.inPhase('approval');
    await rollout.say('reject', 'labels look wrong');
    expect(await rollout.ended).toEqual({
      verdict: 'rejected',
      reasons: ['rejected by kim: labels look wrong'],
    });
    expect(fake.order()).toEqual(['describeApproval']);
    await world.record('rollout-rejected', rollout.id);
  });

  it('asks for a first version as well', async () => {
    const fake = world.addModel();
    const rollout = await startRollout(world, fake, { champion: undefined, policy: manual });
    await rollout.inPhase('approval');
    await rollout.say('reject');
    expect(await rollout.ended).toMatchObject({ verdict: 'rejected' });
    expect(fake.changes()).toEqual([]);
  });
});

describe.concurrent('a word in the middle of a rollout', () => {
  it('holds the rollout where it is paused, whatever looks find good, and lets it go on', async () => {
    const fake = world.addModel();
    fake.replace({ judgeExperiment: undecided });
    const rollout = await startRollout(world, fake, { policy: { patienceSeconds: 3_600 } });
    await rollout.inPhase('shadow');
    await rollout.say('pause', 'a holiday');
    fake.replace({ judgeExperiment: fake.original.judgeExperiment });
    const looks = fake.calls('judgeExperiment').length;
    await world.until('two looks more', () => fake.calls('judgeExperiment').length > looks + 1);
    expect(await rollout.status()).toMatchObject({
      ...{ phase: 'shadow', look: { verdict: 'promote' } },
      paused: { by: 'kim', reason: 'a holiday' },
    });
    await rollout.say('resume');
    expect(await rollout.ended).toMatchObject({ verdict: 'promote' });
    expect(await rollout.status()).not.toHaveProperty('paused');
    await world.record('rollout-paused', rollout.id);
  });

  it('takes a version that is found worse back, paused or not', async () => {
    const fake = world.addModel();
    fake.replace({ judgeExperiment: undecided });
    const rollout = await startRollout(world, fake);
    await rollout.inPhase('shadow');
    await rollout.say('pause');
    fake.replace({ judgeExperiment: () => Promise.resolve(lookOf('rollback')) });
    expect(await rollout.ended).toMatchObject({ verdict: 'rollback' });
  });

  it('takes up a rollback that somebody signed without it, and makes none of its own', async () => {
    const fake = world.addModel();
    fake.replace({ judgeExperiment: () => Promise.resolve(lookOf('rollback', { takenOutBy: 7 })) });
    const rollout = await startRollout(world, fake);
    expect(await rollout.ended).toMatchObject({
      verdict: 'rollback',
      incident: { page: 'http://control/incidents/7', lines: ['version 2 answered no client'] },
    });
    expect(fake.changes()).toEqual(['challenge']);
    expect(fake.calls('awaitGateways').at(-1)).toMatchObject({ generation: 7 });
    await world.record('rollout-taken-out', rollout.id);
  });

  it('takes the version back at once where it is rollback', async () => {
    const fake = world.addModel({ activities: { judgeExperiment: undecided } });
    // The next look is an hour away: the word is not kept waiting for it.
    const rollout = await startRollout(world, fake, { policy: { lookEverySeconds: 3_600 } });
    await rollout.inPhase('shadow');
    await rollout.say('rollback', 'complaints');
    expect(await rollout.ended).toMatchObject({ verdict: 'rollback', verification: { verified: true } });
    expect(fake.changes()).toEqual(['challenge', 'rollback']);
    expect(fake.calls('commitRegistryChange').at(-1)?.reason).toContain('rollback by kim: complaints');
    await world.record('rollout-taken-back', rollout.id);
  });

  it('ends one phase where it is approve: the next phases still look', async () => {
    const fake = world.addModel({ activities: { judgeExperiment: undecided } });
    const rollout = await startRollout(world, fake);
    await rollout.inPhase('shadow');
    await rollout.say('approve');
    await rollout.inPhase('canary');
    await world.until('a look at the canary', () =>
      fake.calls('judgeExperiment').some(({ mode }) => mode === 'canary'),
    );
    expect(await rollout.status()).toMatchObject({ phase: 'canary', step: 1, trafficFraction: 0.25 });
    await rollout.say('rollback');
    await rollout.ended;
  });

  it.each(['rollback', 'reject'] as const)(
    'takes back a version that is watched where it is %s',
    async (word) => {
      const fake = world.addModel();
      const policy = { watchSeconds: 3_600, steps: [] };
      const rollout = await startRollout(world, fake, { policy });
      await rollout.inPhase('watching');
      await rollout.say(word);
      expect(await rollout.ended).toMatchObject({ verdict: 'rollback' });
      expect(fake.changes()).toEqual(['challenge', 'promote', 'rollback']);
    },
  );

  it('is heard while the metrics are away', async () => {
    const fake = world.addModel();
    fake.replace({
      judgeExperiment: () =>
        Promise.reject(new CoppiceFailure('MetricsUnavailable', 'no Prometheus answers')),
    });
    const rollout = await startRollout(world, fake);
    await rollout.inPhase('shadow');
    await world.until('a look', () => fake.calls('judgeExperiment').length > 0);
    await rollout.say('rollback');
    expect(await rollout.ended).toMatchObject({ verdict: 'rollback' });
  });
});

describe.concurrent('a rollout whose metrics are away', () => {
  it('skips the look, and goes on when they are back', async () => {
    const fake = world.addModel();
    let away = 3; // one look, with its attempts
    fake.replace({
      judgeExperiment: () => {
        away -= 1;
        return away >= 0
          ? Promise.reject(new CoppiceFailure('MetricsUnavailable', 'no Prometheus answers'))
          : Promise.resolve(lookOf('promote'));
      },
    });
    const rollout = await startRollout(world, fake, { policy: { steps: [] } });
    const skipped = await world.until('a skipped look is shown', async () => (await rollout.status()).look);
    expect(skipped).toMatchObject({ verdict: 'continue', reasons: ['no Prometheus answers'] });
    expect(await rollout.ended).toMatchObject({ verdict: 'promote' });
    await world.record('rollout-skipped-look', rollout.id);
  });

  it('never promotes: with its patience over the version is withdrawn', async () => {
    const fake = world.addModel();
    fake.replace({
      judgeExperiment: () =>
        Promise.reject(new CoppiceFailure('MetricsUnavailable', 'no Prometheus answers')),
    });
    const rollout = await startRollout(world, fake, { policy: { patienceSeconds: 1 } });
    expect(await rollout.ended).toMatchObject({ verdict: 'inconclusive' });
    expect(fake.changes()).toEqual(['challenge', 'withdraw']);
  });
});

describe.concurrent('a rollout that fails', () => {
  const startWithController = async (fake: ReturnType<WorkflowWorld['addModel']>) => {
    await world.client.pause(fake.model, 'kim'); // brings a controller about
    return startRollout(world, fake, { controllerId: workflowIds.controller(fake.model) });
  };
  const stopped = (model: string) =>
    world.controllerState(model, 'hears that the rollout stopped', ({ history }) =>
      history.some(
        ({ what, reason }) => what === workflowIds.rollout(model, 2) && reason.startsWith('stopped: '),
      ),
    );

  it('withdraws the version, tells the controller that it stopped, and fails', async () => {
    const fake = world.addModel();
    fake.replace({
      judgeExperiment: () =>
        Promise.reject(new CoppiceFailure('InvariantViolated', 'the arms do not add up')),
    });
    const rollout = await startWithController(fake);
    await expect(rollout.ended).rejects.toMatchObject({
      cause: { cause: { type: 'InvariantViolated' } },
    });
    expect(fake.changes()).toEqual(['challenge', 'withdraw']);
    const { history } = await stopped(fake.model);
    expect(history.at(-1)?.reason).toContain('the arms do not add up');
    await world.record('rollout-failed', rollout.id);
  });

  it('tells the controller even where the withdrawal fails too', async () => {
    const fake = world.addModel();
    fake.replace({
      commitRegistryChange: () =>
        Promise.reject(new CoppiceFailure('InvalidInput', `version 2 is not registered`)),
    });
    const rollout = await startWithController(fake);
    await expect(rollout.ended).rejects.toThrow();
    const { history } = await stopped(fake.model);
    expect(history.at(-1)?.reason).toContain('version 2 is not registered');
  });

  it('withdraws the version and tells the controller when it is cancelled', async () => {
    const fake = world.addModel({ activities: { judgeExperiment: undecided } });
    const rollout = await startWithController(fake);
    await rollout.inPhase('shadow');
    await rollout.handle.cancel();
    await expect(rollout.ended).rejects.toThrow(/cancel/i);
    expect(fake.changes()).toEqual(['challenge', 'withdraw']);
    const { history } = await stopped(fake.model);
    expect(history.at(-1)?.reason).toBe('stopped: cancelled');
    await world.record('rollout-cancelled', rollout.id);
  });

  it('ends as it ended where its controller is gone', async () => {
    const fake = world.addModel();
    const rollout = await startRollout(world, fake, { controllerId: 'model/gone' });
    expect(await rollout.ended).toMatchObject({ verdict: 'promote' });
    expect(fake.changes().at(-1)).toBe('promote');
  });
});
