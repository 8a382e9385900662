// What a repair decides, on the real server over fake stages; that the same bytes come out is shown in repair.test.ts.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { type LifecycleResult, workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import type { DamagedFile } from '../../../contracts/repair.ts';
import { type FakeModel, servingVersion } from '../../support/fake-activities.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

vi.setConfig({ maxConcurrency: 20 });

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('repair-decisions');
});
afterAll(() => world.close());

const weights: DamagedFile = {
  name: 'model.safetensors',
  digest: `sha256:${'a'.repeat(64)}`,
  damage: 'damaged',
};

/** @param looks what inspections of each version find, one after the other; then it is whole */
function damaged(fake: FakeModel, looks: Readonly<Partial<Record<number, DamagedFile[][]>>>): void {
  fake.replace({
    inspectVersion: ({ version }) => Promise.resolve({ damaged: looks[version]?.shift() ?? [] }),
  });
}

async function repair({ model }: FakeModel, version: number) {
  const id = await world.client.repairs.start({ model, version, by: 'kim' });
  return { id, result: await world.client.repairs.result(id) };
}

describe.concurrent('a repair', () => {
  it('does nothing to a version that is whole', async () => {
    const fake = world.addModel();
    const { result } = await repair(fake, 2);
    expect(result).toEqual({ outcome: 'whole', damaged: [], remaining: [] });
    expect(fake.order()).toEqual(['inspectVersion']);
  });

  it('runs the stages over what the collection had brought, compares with nobody, and registers nothing', async () => {
    const fake = world.addModel();
    damaged(fake, { 2: [[weights]] });
    const { id, result } = await repair(fake, 2);
    expect(result).toEqual({ outcome: 'rebuilt', damaged: [weights], remaining: [] });
    expect(fake.order()).not.toContain('collectDocuments');
    expect(fake.changes()).toEqual([]);
    expect(fake.calls('cleanDocuments')[0].documents).toEqual(referenceOf('documents', fake.model));
    expect(fake.calls('evaluateVersion')[0]).not.toHaveProperty('champion');
    expect(fake.calls('trainModel')[0].job.key).toBe(`${id}/training/fine-tuning`);
    await world.record('repair-rebuilt', id);
  });

  it('makes the version first that it was trained on from', async () => {
    const fake = world.addModel();
    damaged(fake, { 1: [[weights]], 2: [[weights]] });
    const { describeMaking } = fake.original;
    fake.replace({
      describeMaking: async (input) => ({
        ...(await describeMaking(input)),
        ...(input.version === 2 && { basedOn: 1 }),
      }),
    });
    const { result } = await repair(fake, 2);
    expect(result.outcome).toBe('rebuilt');
    expect(fake.calls('inspectVersion').map(({ version }) => version)).toEqual([2, 1, 1, 2]);
    const [, second] = fake.calls('trainModel');
    expect(second.job.initialWeights).toEqual(servingVersion(fake.model, 1).package);
  });

  it('says where what came out is something else', async () => {
    const fake = world.addModel();
    damaged(fake, { 2: [[weights], [weights]] });
    const { result } = await repair(fake, 2);
    const made = referenceOf('package', fake.model).digest;
    expect(result).toEqual({ outcome: 'different', damaged: [weights], remaining: [weights], made });
  });
});

describe.concurrent('a run whose version in service is damaged', () => {
  const run = async (fake: FakeModel) => {
    const { model } = fake;
    const readModelState = fake.original.readModelState;
    fake.replace({
      readModelState: async (input) => ({
        ...(await readModelState(input)),
        champion: { version: 1, package: referenceOf('package', model), damaged: true },
      }),
    });
    const id = workflowIds.lifecycle(model, 'run');
    const trigger = { kind: 'person', name: 'kim' };
    const input = { model, spec: specOf(model), strategy: 'incremental', trigger, searchAttributes: [] };
    const handle = await world.start(workflowTypes.lifecycle, id, input);
    return handle.result() as Promise<LifecycleResult>;
  };

  it('makes it again first, and goes on from it', async () => {
    const fake = world.addModel({ champion: 1 });
    damaged(fake, { 1: [[weights]] });
    expect(await run(fake)).toMatchObject({ outcome: 'registered', reasons: ['all gates passed'] });
    expect(fake.calls('evaluateVersion').at(-1)?.champion).toMatchObject({ version: 1 });
    await world.record('lifecycle-repairs-champion', workflowIds.lifecycle(fake.model, 'run'));
  });

  it('goes on without it where it cannot be made again, and says so', async () => {
    const fake = world.addModel({ champion: 1 });
    damaged(fake, { 1: [[weights]] });
    fake.replace({
      describeMaking: () => Promise.reject(new CoppiceFailure('ArtifactNotFound', 'no blobs/sha256/ab')),
    });
    expect(await run(fake)).toMatchObject({
      outcome: 'registered',
      reasons: ['all gates passed', 'not compared with version 1, which is damaged'],
    });
    expect(fake.calls('evaluateVersion')[0]).not.toHaveProperty('champion');
  });
});
