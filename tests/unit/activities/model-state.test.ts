// What a workflow is told of a model before it decides, from a registry in memory.
import { expect, it } from 'vitest';
import { createModelStateActivities } from '../../../activities/model-state.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { blobKey } from '../../../artifacts/blobs.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { RegistryChange } from '../../../contracts/registry.ts';
import {
  challenge,
  commitOf,
  createTestRegistry,
  model,
  promote,
  register,
  withdraw,
} from '../../support/registry-fixtures.ts';

it('names the version in service and the one that challenges it, whether or not its rollout is open', async () => {
  const objects = createMemoryObjectStore();
  const artifacts = createArtifactStore(objects);
  const { reader, writer } = createTestRegistry(objects);
  const { readModelState } = createModelStateActivities({
    artifacts,
    registry: reader,
    findOpenWork: () => Promise.resolve({}),
    searchAttributes: [],
  });
  const decision = { labels: ['ham', 'spam'], positiveLabel: 'spam', threshold: 0.5 };
  const registration = register() as RegistryChange & { kind: 'register' };
  const files = {
    'decision.json': await artifacts.putJson(decision),
    'tokenizer.json': await artifacts.putJson({}),
  };
  const version = { ...registration.version, package: await artifacts.putDirectory(files) };
  const commit = (change: RegistryChange) => writer.commit(commitOf(change));
  for (const change of [{ ...registration, version }, register('next'), promote(1), challenge(2)])
    await commit(change);

  expect(await readModelState({ model })).toMatchObject({
    generation: 2,
    champion: { version: 1, labels: ['ham', 'spam'] },
    challenger: 2,
    open: {},
  });
  await objects.remove(blobKey(files['tokenizer.json'].digest));
  const damaged = await readModelState({ model });
  expect(damaged.champion, 'whose package is damaged').toEqual({
    version: 1,
    package: version.package,
    damaged: true,
  });
  await commit(withdraw(2));
  expect(await readModelState({ model })).not.toHaveProperty('challenger');
});
