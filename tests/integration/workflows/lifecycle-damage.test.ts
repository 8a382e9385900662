// What a damaged artifact costs: real stages on the real store, within the real workflow. What the corrupt blob held is
// made again from where it came from, and the run ends as it would have.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createCleaningActivities } from '../../../activities/cleaning.ts';
import { createCollectionActivities } from '../../../activities/collection.ts';
import { createStageRunner } from '../../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../../activities/tokenization.ts';
import { blobKey } from '../../../artifacts/blobs.ts';
import { readObject } from '../../../artifacts/object-store.ts';
import { type OpenStore, openStore } from '../../../artifacts/open.ts';
import type { ArtifactReference } from '../../../contracts/artifact.ts';
import { type LifecycleInput, workflowIds, workflowTypes } from '../../../contracts/messages.ts';
import type { ModelSpec } from '../../../contracts/model-spec/model-spec.ts';
import type { CleaningResult, CollectionResult } from '../../../contracts/stage-results.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { readSettings } from '../../../settings/settings.ts';
import { codeOf, codeVersionsOf } from '../../support/code.ts';
import type { FakeModel } from '../../support/fake-activities.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
let store: OpenStore;
let home: string;
beforeAll(async () => {
  world = await openWorkflowWorld('lifecycle-damage');
  home = await mkdtemp(join(tmpdir(), 'coppice-damage-'));
  const id = randomUUID().slice(0, 8);
  const buckets = { COPPICE_ARTIFACTS_BUCKET: `artifacts-${id}`, COPPICE_REGISTRY_BUCKET: `registry-${id}` };
  store = await openStore(readSettings({ ...inject('stack'), ...buckets, COPPICE_HOME: home }));
});
afterAll(async () => {
  await world.close();
  await rm(home, { recursive: true, force: true });
});

/** A model whose first three stages are the real ones, over a folder of twenty documents. */
async function addRealModel() {
  const inbox = join(home, 'inbox');
  await mkdir(inbox);
  for (let number = 0; number < 20; number += 1)
    await writeFile(join(inbox, `${number}.txt`), `document ${number} of a small forest`);
  const { artifacts, cache, claims, lineage, buckets } = store;
  const metrics = createMetrics({ process: 'test' });
  const now = () => new Date();
  const code = codeVersionsOf(() => codeOf('c0de'));
  const runStage = createStageRunner({ cache, claims, lineage, metrics, code, now });
  const noBucket = {
    list: async function* () {},
    read: () => Promise.reject(new Error('no bucket')),
    stream: async function* () {},
  };
  const pointers = buckets.artifacts;
  const collection = createCollectionActivities({ artifacts, pointers, objects: noBucket, runStage, now });
  const cleaning = createCleaningActivities({ artifacts, runStage, metrics });
  const tokenization = createTokenizationActivities({ artifacts, runStage, loadTokenizer });

  const collected: CollectionResult[] = [];
  const cleaned: CleaningResult[] = [];
  const fake = world.addModel();
  fake.replace({
    collectDocuments: async (input) => {
      collected.push(await collection.collectDocuments(input));
      return collected[collected.length - 1];
    },
    cleanDocuments: async (input) => {
      cleaned.push(await cleaning.cleanDocuments(input));
      return cleaned[cleaned.length - 1];
    },
    tokenizeCorpus: tokenization.tokenizeCorpus,
  });
  const spec = specOf(fake.model, {
    collection: { sources: [{ kind: 'files', name: 'inbox', path: inbox }] },
    cleaning: { steps: [{ step: 'normalize-unicode' }] },
    tokenizer: { vocabularySize: 100, minimumFrequency: 1 },
  });
  return { fake, spec, collected, cleaned };
}

async function runLifecycle({ model }: FakeModel, spec: ModelSpec, run: string) {
  const input: LifecycleInput = {
    ...{ model, spec, strategy: 'full', searchAttributes: [] },
    trigger: { kind: 'person', name: 'kim' },
  };
  const handle = await world.start(workflowTypes.lifecycle, workflowIds.lifecycle(model, run), input);
  return handle.result() as Promise<{ outcome: string }>;
}

/** Flips a bit of the only file in a directory, behind the store's back. @returns the file's key */
async function damage(directory: ArtifactReference): Promise<string> {
  const [file] = Object.values((await store.artifacts.readDirectory(directory)).files);
  const key = blobKey(file.digest);
  const bytes = Buffer.from((await readObject(store.buckets.artifacts, key)) ?? []);
  bytes[bytes.length >> 1] ^= 1;
  await store.buckets.artifacts.put(key, bytes);
  return key;
}

describe('a run that meets damaged artifacts', () => {
  it('has them quarantined, runs their stages again, and registers its version', async () => {
    const { fake, spec, collected, cleaned } = await addRealModel();
    expect(await runLifecycle(fake, spec, 'sound')).toMatchObject({ outcome: 'registered' });
    expect(collected[0]).toMatchObject({ documentCount: 20, newDocumentCount: 20 });

    const shard = await damage(collected[0].documents);
    const corpus = await damage(cleaned[0].corpus);
    expect(await runLifecycle(fake, spec, 'damaged')).toMatchObject({ outcome: 'registered' });

    // The corpus is computed anew, which needs the shard; that is damaged as well, so the sources are asked again.
    expect(
      collected.slice(1).map(({ documentCount, newDocumentCount }) => [documentCount, newDocumentCount]),
    ).toEqual([
      [20, 0],
      [20, 20],
    ]);
    expect(cleaned).toHaveLength(2);
    expect(cleaned[1]).toMatchObject({ cached: false, keptCount: cleaned[0].keptCount });
    for (const key of [shard, corpus])
      expect(await store.buckets.artifacts.stat(`quarantine/${key}`), key).toBeDefined();
    expect(await store.artifacts.has(collected[2].documents)).toBe(true);
    expect(await store.artifacts.has(cleaned[1].corpus)).toBe(true);
    const record = await store.lineage.read(cleaned[1].lineage);
    expect(record).toMatchObject({ runId: workflowIds.lifecycle(fake.model, 'damaged'), cached: false });
  });
});
