import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import { readObject } from '../../../../artifacts/object-store.ts';
import { ledgerKey } from '../../../../artifacts/registry/ledger.ts';
import { entriesPerState, stateKey } from '../../../../artifacts/registry/ledger-state.ts';
import { createFaultyObjectStore, type FaultyObjectStore } from '../../../support/faulty-object-store.ts';
import {
  challenge,
  commitOf,
  createMemoryHeads,
  createTestRegistry,
  model,
  promote,
  register,
  withdraw,
} from '../../../support/registry-fixtures.ts';

const key = stateKey(model, entriesPerState);

describe('the state of a long ledger', () => {
  let objects: FaultyObjectStore;
  let registry: ReturnType<typeof createTestRegistry>;

  /** Three entries more than a state needs: two versions, and challenges that come and go. */
  beforeEach(async () => {
    objects = createFaultyObjectStore(createMemoryObjectStore());
    registry = createTestRegistry(objects);
    const { writer } = registry;
    for (const change of [register('a'), promote(1), register('b')]) await writer.commit(commitOf(change));
    for (let made = 3; made < entriesPerState + 3; made += 2) {
      await writer.commit(commitOf(challenge(2)));
      await writer.commit(commitOf(withdraw(2)));
    }
  });

  const entriesRead = () =>
    objects.reads.filter((read) => read.startsWith('ledger/') && read.endsWith('.json'));

  it('is written down, and who starts reads what came after it', async () => {
    objects.reads.length = 0;
    const reader = registry.newReader();
    const routing = await reader.readRoutingAfter(model, 0);
    expect(routing).toMatchObject({ champion: 1, quarantined: [] });
    expect(entriesRead()).toHaveLength(3);
    expect((await reader.listVersions(model)).map(({ state }) => state)).toEqual(['champion', 'registered']);
    expect(await reader.readVersion(model, 1)).toMatchObject({ version: 1 });
    await registry.writer.commit(commitOf(promote(2)));
    expect(await reader.readRoutingAfter(model, routing?.generation ?? 0)).toMatchObject({ champion: 2 });
    expect(entriesRead()).toHaveLength(5); // the writer, too, reads what it had written last
    // Who asks what was is told everything.
    expect(await reader.readLedger(model)).toHaveLength(entriesPerState + 4);
  });

  it('is held against the entries by a verification', async () => {
    const { problems, documents } = await registry.newReader().verifyLedger(model);
    expect(problems).toEqual([]);
    const { document } = JSON.parse(String(await readObject(objects, key))) as { document: object };
    const lie = { ...document, champions: [2] };
    await objects.put(key, Buffer.from(JSON.stringify(await registry.signer.sign(lie))));
    await objects.copy(key, stateKey(model, 9_900));
    expect(await registry.newReader().verifyLedger(model)).toMatchObject({
      documents,
      problems: [
        `${key} is not what the ledger says`,
        expect.stringContaining(`${stateKey(model, 9_900)}: no entry of the ledger made it`),
      ],
    });
  });

  const forge = () => objects.put(key, Buffer.from('{"document":{},"keyId":"a","signature":"b"}'));
  const revoke = () => {
    const revocation = { at: '2030-01-01T00:00:00.000Z', by: 'kim', reason: 'lost', heads: {} };
    registry.trust.revoke(registry.signer, revocation);
    return Promise.resolve();
  };

  it.each([
    ['forged', forge],
    ['signed by a key that was revoked since', revoke],
  ])('is passed over where it is %s', async (_what, spoil) => {
    await spoil();
    objects.reads.length = 0;
    await registry
      .newReader()
      .readRouting(model)
      .catch(() => undefined);
    expect(entriesRead().length).toBeGreaterThan(4);
  });

  it('hides nothing from a machine that saw an earlier entry otherwise', async () => {
    const heads = createMemoryHeads();
    await heads.remember(model, { sequence: 7, hash: 'f'.repeat(64) });
    await expect(registry.newReader(heads).readRouting(model)).rejects.toThrow(
      `${ledgerKey(model, 7)} is not what was seen here`,
    );
    const [seventh] = (await registry.reader.readLedger(model)).slice(6, 7);
    const others = createMemoryHeads();
    await others.remember(model, seventh);
    expect(await registry.newReader(others).readRouting(model)).toMatchObject({ champion: 1 });
  });

  it('refuses a ledger that breaks after it', async () => {
    await objects.remove(ledgerKey(model, entriesPerState + 2));
    await expect(registry.newReader().readRouting(model)).rejects.toMatchObject({
      type: 'ArtifactCorrupt',
      message: expect.stringContaining('breaks the ledger') as string,
    });
  });
});
