import { describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { createRegistryWriter } from '../../../../artifacts/registry/registry-writer.ts';
import { specKey } from '../../../../artifacts/registry/specs.ts';
import { modelSpecSchema } from '../../../../contracts/model-spec/model-spec.ts';
import { describeRegistry } from '../../../support/registry-contract.ts';
import {
  commitOf,
  createTestRegistry,
  model,
  newSigner,
  promote,
  register,
} from '../../../support/registry-fixtures.ts';

describeRegistry('memory', () => Promise.resolve(createMemoryObjectStore()));

describe('stored specs', () => {
  const spec = modelSpecSchema.parse({
    name: model,
    task: 'text-classification',
    collection: { sources: [{ kind: 'files', name: 'mails', path: 'mails' }] },
  });

  it('keep their revisions, the newest in force, and the same again as none', async () => {
    const registry = createTestRegistry(createMemoryObjectStore());
    const { writer, reader } = registry;
    expect(await reader.readSpec(model)).toBeUndefined();
    const first = await writer.writeSpec({ model, spec, by: 'kim' });
    expect(await writer.writeSpec({ model, spec, by: 'lee' })).toEqual(first);
    expect(await reader.readSpec(model)).toMatchObject({ revision: 1, by: 'kim', spec, reference: first });
    const changed = { ...spec, description: 'changed' };
    const second = await writer.writeSpec({ model, spec: changed, by: 'lee' });
    expect(await reader.readSpec(model)).toMatchObject({
      revision: 2,
      by: 'lee',
      spec: changed,
      reference: second,
    });
    await writer.writeSpec({ model, spec, by: 'kim' });
    expect(await reader.readSpec(model)).toMatchObject({ revision: 3, spec, reference: first });
    expect(await reader.listModels()).toEqual([model]);
  });

  it('are refused where they were forged, or name another model', async () => {
    const registry = createTestRegistry(createMemoryObjectStore());
    await registry.writer.writeSpec({ model, spec, by: 'kim' });
    await registry.objects.put(specKey(model, 2), Buffer.from(JSON.stringify(newSigner().sign({ spec }))));
    const forged = { type: 'ArtifactCorrupt', message: expect.stringContaining(specKey(model, 2)) as string };
    await expect(registry.reader.readSpec(model)).rejects.toMatchObject(forged);
    const other = registry.writer.writeSpec({ model: 'help-ko', spec, by: 'kim' });
    await expect(other).rejects.toMatchObject({ type: 'InvalidInput' });
  });
});

describe('the ledger', () => {
  it('does not go back in time where the clock does', async () => {
    const objects = createMemoryObjectStore();
    const registry = createTestRegistry(objects, '2026-05-01T00:00:00.000Z');
    await registry.writer.commit(commitOf(register()));
    const [first] = await registry.reader.readLedger(model);
    const slow = createRegistryWriter({
      objects,
      artifacts: createArtifactStore(objects),
      signer: registry.signer,
      now: () => new Date('2020-01-01T00:00:00.000Z'),
    });
    const { entry } = await slow.commit(commitOf(promote(1)));
    expect(entry.at).toBe(first.at);
  });
});
