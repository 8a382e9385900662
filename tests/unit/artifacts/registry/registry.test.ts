import { describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { specKey } from '../../../../artifacts/registry/projections.ts';
import { createRegistryWriter } from '../../../../artifacts/registry/registry-writer.ts';
import { modelSpecSchema } from '../../../../contracts/model-spec/model-spec.ts';
import { describeRegistry } from '../../../support/registry-contract.ts';
import { describeRegistryFaults } from '../../../support/registry-faults.ts';
import {
  commitOf,
  createTestRegistry,
  model,
  promote,
  register,
} from '../../../support/registry-fixtures.ts';

describeRegistry('memory', () => Promise.resolve(createMemoryObjectStore()));
describeRegistryFaults('memory', () => Promise.resolve(createMemoryObjectStore()));

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

  it('come from the ledger: a document that was forged is never in force, and is found', async () => {
    const registry = createTestRegistry(createMemoryObjectStore());
    const { objects, reader, signer, writer } = registry;
    const first = await writer.writeSpec({ model, spec, by: 'kim' });
    await writer.writeSpec({ model, spec: { ...spec, description: 'changed' }, by: 'kim' });
    const put = async (revision: number, document: object) =>
      objects.put(specKey(model, revision), Buffer.from(JSON.stringify(await signer.sign(document))));
    await put(3, { spec });
    await objects.copy(specKey(model, 1), specKey(model, 2));
    expect(await reader.readSpec(model)).toMatchObject({ revision: 2, spec: { description: 'changed' } });
    expect((await reader.verifyLedger(model)).problems).toEqual([
      `${specKey(model, 2)} is not what the ledger says`,
      expect.stringMatching(/^specs\/mail-filter\/00000003\.json: no entry of the ledger made it/),
    ]);
    expect((await reader.readSpec(model))?.reference.digest).not.toBe(first.digest);
  });

  it('are refused where they name another model, or another digest', async () => {
    const { writer } = createTestRegistry(createMemoryObjectStore());
    const other = writer.writeSpec({ model: 'help-ko', spec, by: 'kim' });
    await expect(other).rejects.toMatchObject({ type: 'InvalidInput' });
    const reference = {
      digest: `sha256:${'a'.repeat(64)}`,
      mediaType: 'application/json',
      sizeBytes: 2,
      annotations: {},
    };
    const change = { kind: 'apply' as const, spec: { name: model }, reference };
    await expect(writer.commit(commitOf(change))).rejects.toThrow(/is not the digest of the spec/);
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
