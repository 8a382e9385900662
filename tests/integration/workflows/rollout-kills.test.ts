// The process that runs workflows is killed in each phase of a rollout, and the rollout ends as if it had not been.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RolloutStatus } from '../../../contracts/messages.ts';
import type { FakeModel } from '../../support/fake-activities.ts';
import { lookOf } from '../../support/fake-rollout.ts';
import { createGate } from '../../support/gate.ts';
import { startRollout } from '../../support/rollouts.ts';
import { startWorkflowHost, type WorkflowHost } from '../../support/workflow-host.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
let host: WorkflowHost;
beforeAll(async () => {
  world = await openWorkflowWorld('rollout-kills', ['pipeline', 'registry'], { workflows: false });
  host = startWorkflowHost(world.environment);
}, 60_000);
afterAll(async () => {
  await host.kill();
  await world.close();
});

/** Holds the first call of each named activity until its gate opens. */
function hold(fake: FakeModel, looks: (step: number) => 'promote' | 'rollback') {
  const gates = {
    validate: createGate(),
    shadow: createGate(),
    canary: createGate(),
    watch: createGate(),
    verify: createGate(),
  };
  const { original } = fake;
  fake.replace({
    validateVersion: async (input) => {
      await gates.validate.opened;
      return original.validateVersion(input);
    },
    judgeExperiment: async ({ step }) => {
      await (step === 0 ? gates.shadow : gates.canary).opened;
      return lookOf(looks(step));
    },
    judgeWatch: async () => {
      await gates.watch.opened;
      return lookOf('continue');
    },
    verifyRollback: async (input) => {
      await gates.verify.opened;
      return original.verifyRollback(input);
    },
  });
  return gates;
}

describe('a rollout whose worker is killed in each phase', () => {
  const run = async (
    looks: (step: number) => 'promote' | 'rollback',
    phases: readonly (readonly [RolloutStatus['phase'], keyof ReturnType<typeof hold>, string])[],
  ) => {
    const fake = world.addModel();
    const gates = hold(fake, looks);
    if (!phases.some(([phase]) => phase === 'validating')) gates.validate.open();
    const rollout = await startRollout(world, fake, { policy: { watchSeconds: 1 } });
    for (const [phase, gate, activity] of phases) {
      await rollout.inPhase(phase);
      await world.until(`${activity} is asked`, () => fake.order().at(-1) === activity);
      await host.replace();
      gates[gate].open();
      await world.until(`it goes on after ${phase}`, async () => (await rollout.status()).phase !== phase);
    }
    const result = await rollout.ended;
    return { verdict: result.verdict, changes: fake.changes(), verified: result.verification?.verified };
  };

  it('promotes', async () => {
    expect(
      await run(
        () => 'promote',
        [
          ['validating', 'validate', 'validateVersion'],
          ['shadow', 'shadow', 'judgeExperiment'],
          ['canary', 'canary', 'judgeExperiment'],
          ['watching', 'watch', 'judgeWatch'],
        ],
      ),
    ).toEqual({
      verdict: 'promote',
      changes: ['challenge', 'challenge', 'challenge', 'promote'],
      verified: undefined,
    });
  }, 120_000);

  it('goes back', async () => {
    expect(
      await run(
        (step) => (step === 0 ? 'promote' : 'rollback'),
        [
          ['shadow', 'shadow', 'judgeExperiment'],
          ['canary', 'canary', 'judgeExperiment'],
          ['rolling-back', 'verify', 'verifyRollback'],
        ],
      ),
    ).toEqual({ verdict: 'rollback', changes: ['challenge', 'challenge', 'rollback'], verified: true });
  }, 120_000);
});
