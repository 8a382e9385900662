// A large corpus in parts, on the real server over fake stages.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type LifecycleInput,
  type LifecycleResult,
  workflowIds,
  workflowTypes,
} from '../../../contracts/messages.ts';
import type { CleaningResult } from '../../../contracts/stage-results.ts';
import { referenceOf, specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('cleaning');
});
afterAll(() => world.close());

const steps = [{ step: 'strip-html' as const }, { step: 'strip-quotes' as const }];
const duplicates = { step: 'deduplicate' as const, shingleWords: 4, similarity: 0.5 };

function start(model: string, cleaning: object) {
  const runId = workflowIds.lifecycle(model, 'run');
  const input = { model, runId, cleaning, documents: referenceOf('documents', model) };
  return world.start(workflowTypes.cleaning, workflowIds.cleaning(runId), input);
}

describe.concurrent('cleaning by shards', () => {
  it('cleans every shard once, and goes on as a new workflow before its history is long', async () => {
    const fake = world.addModel({ activities: { countShards: () => Promise.resolve(3_021) } });
    const handle = await start(fake.model, { steps });
    expect((await handle.result()) as CleaningResult).toMatchObject({ keptCount: 9_000 });
    const ranges = fake.calls('cleanShards').map(({ from, to }) => [from, to] as const);
    ranges.sort(([a], [b]) => a - b);
    expect(ranges[0]).toEqual([0, 8]);
    expect(ranges.at(-1)).toEqual([3_016, 3_021]);
    expect(ranges.every(([from], place) => place === 0 || ranges[place - 1][1] === from)).toBe(true);
    const folds = fake.calls('foldParts');
    expect(folds.map(({ parts }) => parts.length)).toEqual([375, 3]);
    expect(folds[0].parts.map(({ digest }) => digest)).toEqual(
      ranges.slice(0, 375).map(([from]) => referenceOf(`part ${from}`, fake.model).digest),
    );
    expect(folds[1].folded).toEqual(referenceOf('fold of 375', fake.model));
    await world.record('cleaning-continued', handle.workflowId);
  }, 180_000);

  it('has documents compared over what the parts have left', async () => {
    const fake = world.addModel();
    const handle = await start(fake.model, { steps: [...steps, duplicates] });
    await handle.result();
    expect(fake.calls('cleanShards')[0]).toMatchObject({ steps, followed: true });
    expect(fake.calls('cleanDocuments')).toMatchObject([
      {
        cleaning: { steps: [duplicates] },
        documents: referenceOf('corpus of parts', fake.model),
        before: { droppedCount: 1_000 },
      },
    ]);
  });

  it('is what a run does with many documents, and only then', async () => {
    const run = async (documentCount: number) => {
      const fake = world.addModel();
      const { collectDocuments } = fake.original;
      fake.replace({
        collectDocuments: async (input) => ({ ...(await collectDocuments(input)), documentCount }),
      });
      const { model } = fake;
      const input: LifecycleInput = {
        ...{ model, spec: { ...specOf(model), cleaning: { steps } } },
        ...{ trigger: { kind: 'person', name: 'kim' }, strategy: 'full' },
      };
      const handle = await world.start(workflowTypes.lifecycle, workflowIds.lifecycle(model, 'run'), input);
      expect((await handle.result()) as LifecycleResult).toMatchObject({ outcome: 'registered' });
      return { fake, id: handle.workflowId };
    };
    const large = await run(8_001);
    expect(large.fake.calls('cleanShards')).toHaveLength(3);
    expect(large.fake.calls('cleanDocuments')).toEqual([]);
    expect(large.fake.calls('tokenizeCorpus')[0].corpus).toEqual(
      referenceOf('corpus of parts', large.fake.model),
    );
    await world.record('lifecycle-many-documents', large.id);
    const small = await run(8_000);
    expect(small.fake.calls('cleanShards')).toEqual([]);
    expect(small.fake.calls('cleanDocuments')).toHaveLength(1);
  });
});
