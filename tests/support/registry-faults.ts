// What people with bad intent, or a backup put back, do to a registry, over any bucket: nothing wrong is served or built
// upon, and the message names the object.
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../artifacts/canonical-json.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { readObject } from '../../artifacts/object-store.ts';
import { hashEntry, ledgerKey } from '../../artifacts/registry/ledger.ts';
import { routingKey, specKey, versionKey } from '../../artifacts/registry/projections.ts';
import type { Signer } from '../../artifacts/registry/signing.ts';
import type { LedgerEntry, RoutingDocument, VersionDocument } from '../../contracts/registry.ts';
import { specOf } from './model-fixtures.ts';
import {
  commitOf,
  createMemoryHeads,
  createTestRegistry,
  model,
  newSigner,
  promote,
  register,
  rollback,
} from './registry-fixtures.ts';

/** @param create a bucket that is empty, and exists; a new one each time */
export function describeRegistryFaults(name: string, create: () => Promise<ObjectStore>): void {
  describe(`a registry on ${name} that others reached`, () => {
    let objects: ObjectStore;
    let registry: ReturnType<typeof createTestRegistry>;
    beforeEach(async () => {
      objects = await create();
      registry = createTestRegistry(objects);
      await commitAll(register('one'), register('two'), promote(1), promote(2));
    });

    const commitAll = async (...changes: Parameters<typeof commitOf>[0][]): Promise<void> => {
      for (const change of changes) await registry.writer.commit(commitOf(change));
    };
    const read = async <T>(key: string) =>
      (JSON.parse(String(await readObject(objects, key))) as { document: T }).document;
    const put = async (key: string, document: object, signer: Signer = registry.signer) =>
      objects.put(key, Buffer.from(canonicalJson(await signer.sign(document))));
    const corrupt = (key: string, why: RegExp | string = '') => ({
      type: 'ArtifactCorrupt',
      message: expect.stringMatching(new RegExp(`^${key}.*${String(why).replaceAll('/', '')}`)) as string,
    });
    /** An entry after the newest, as whoever holds the key could write it. */
    const append = async (signer: Signer, at: string): Promise<string> => {
      const last = (await registry.newReader().readLedger(model)).at(-1);
      if (!last?.result.routing) throw new Error('no last entry');
      const { hash: _hash, ...rest } = last;
      const sequence = last.sequence + 1;
      const content: Omit<LedgerEntry, 'hash'> = {
        ...rest,
        ...{ sequence, at, idempotencyKey: 'forged', change: promote(1), previousHash: last.hash },
        result: {
          routing: { ...last.result.routing, generation: 3, at, champion: 1, previous: 2, quarantined: [] },
        },
      };
      await put(ledgerKey(model, sequence), { ...content, hash: hashEntry(content) }, signer);
      await put(routingKey(model, 3), content.result.routing ?? {}, signer);
      return ledgerKey(model, sequence);
    };
    /** As the key ring does it: at the moment after the newest entry, with the ledger's head. */
    const revoke = async (signer: Signer) => {
      const { sequence, hash, at } = (await registry.newReader().readLedger(model)).slice(-1)[0];
      const moment = new Date(Date.parse(at) + 1).toISOString();
      const revoked = { at: moment, by: 'kim', reason: 'lost', heads: { [model]: { sequence, hash } } };
      registry.trust.revoke(signer, revoked);
      return { last: at, moment };
    };
    const refusedByAll = async (failure: object) => {
      await expect(registry.newReader().readRouting(model)).rejects.toMatchObject(failure);
      await expect(registry.newReader().readRoutingAfter(model, 0)).rejects.toMatchObject(failure);
      await expect(registry.newReader().readVersion(model, 1)).rejects.toMatchObject(failure);
      await expect(registry.newWriter().commit(commitOf(promote(1)))).rejects.toMatchObject(failure);
    };

    it('keeps what a key signed before it was revoked, and goes on with another', async () => {
      const { moment } = await revoke(registry.signer);
      const next = newSigner();
      registry.trust.add(next);
      expect(await registry.newReader().readRouting(model)).toMatchObject({ generation: 2, champion: 2 });
      await registry.newWriter({ signer: next }).commit(commitOf(rollback(2)));
      const reader = registry.newReader();
      expect(await reader.readRoutingAfter(model, 0)).toMatchObject({ generation: 3, champion: 1 });
      expect(await reader.readVersion(model, 1)).toMatchObject({ version: 1 });
      expect(await reader.verifyLedger(model)).toMatchObject({ entries: 5, problems: [] });
      expect((await reader.readLedger(model)).at(-1)?.at.localeCompare(moment)).toBe(1);
    });

    it.each([
      ['later', (at: { moment: string }) => at.moment],
      ['later, with a date of before', (at: { last: string }) => at.last],
    ])('refuses what a revoked key signs %s', async (_when, dateOf) => {
      const at = await revoke(registry.signer);
      const key = await append(registry.signer, dateOf(at));
      await refusedByAll(corrupt(key, /was revoked at/));
      expect((await registry.newReader().verifyLedger(model)).problems).toEqual([
        expect.stringMatching(new RegExp(`^${key} is refused: .*was revoked at ${at.moment}`)),
      ]);
    });

    it('refuses a model that a revoked key invents', async () => {
      const { last } = await revoke(registry.signer);
      const entry = await read<LedgerEntry>(ledgerKey(model, 1));
      const { hash: _hash, ...content } = { ...entry, model: 'invented', at: last };
      const key = ledgerKey('invented', 1);
      await put(key, { ...content, hash: hashEntry(content) });
      await expect(registry.newReader().readRouting('invented')).rejects.toMatchObject(
        corrupt(key, /was revoked at/),
      );
    });

    it('refuses a past that a revoked key writes anew, hash chain and all', async () => {
      await revoke(registry.signer);
      const entry = await read<LedgerEntry>(ledgerKey(model, 4));
      const { hash: _hash, ...content } = { ...entry, actor: 'nobody' };
      await put(ledgerKey(model, 4), { ...content, hash: hashEntry(content) });
      await refusedByAll(corrupt(ledgerKey(model, 4), /stood there when a key was revoked/));
    });

    it('refuses a registry that was set back, to whoever saw more, also after a restart', async () => {
      const heads = createMemoryHeads();
      const gateway = registry.newReader(heads);
      expect(await gateway.readRoutingAfter(model, 0)).toMatchObject({ generation: 2, champion: 2 });
      await objects.remove(ledgerKey(model, 4));
      await objects.remove(routingKey(model, 2));
      // The process that runs goes on; one that starts anew knows what this machine has seen.
      expect(await gateway.readRoutingAfter(model, 2)).toBeUndefined();
      const failure = corrupt(ledgerKey(model, 4), /the ledger ends at 3: entries were removed/);
      await expect(registry.newReader(heads).readRoutingAfter(model, 0)).rejects.toMatchObject(failure);
      const writer = registry.newWriter({ heads });
      await expect(writer.commit(commitOf(promote(1)))).rejects.toMatchObject(failure);
      expect((await registry.newReader(heads).verifyLedger(model)).problems).toEqual([failure.message]);
    });

    it('refuses another past of the same length, to whoever saw the first', async () => {
      const heads = createMemoryHeads();
      await registry.newReader(heads).readRouting(model);
      const entry = await read<LedgerEntry>(ledgerKey(model, 4));
      const { hash: _hash, ...content } = { ...entry, actor: 'nobody' };
      await put(ledgerKey(model, 4), { ...content, hash: hashEntry(content) });
      await expect(registry.newReader(heads).readRouting(model)).rejects.toMatchObject(
        corrupt(ledgerKey(model, 4), /another entry stood there/),
      );
    });

    it('is not set back by routing documents that were removed', async () => {
      for (const generations of [[2], [1, 2]]) {
        for (const generation of generations) await objects.remove(routingKey(model, generation));
        expect(await registry.newReader().readRoutingAfter(model, 0)).toMatchObject({ generation: 2 });
      }
    });

    it('notices without a memory that the newest entry was removed', async () => {
      await registry.writer.writeSpec({ model, spec: specOf(model), by: 'kim' });
      await commitAll(register('three'));
      await objects.remove(ledgerKey(model, 6));
      await objects.remove(ledgerKey(model, 5));
      await objects.remove(ledgerKey(model, 4));
      const { entries, problems } = await registry.newReader().verifyLedger(model);
      expect(entries).toBe(3);
      const removed = 'no entry of the ledger made it; it was forged, or entries were removed';
      expect(problems).toEqual([
        `${routingKey(model, 2)}: ${removed}`,
        `${versionKey(model, 3)}: ${removed}`,
        `${specKey(model, 1)}: ${removed}`,
      ]);
      const failure = corrupt(routingKey(model, 2), /no entry of the ledger made it/);
      await expect(registry.newReader().readRoutingAfter(model, 0)).rejects.toMatchObject(failure);
    });

    it('refuses a document that is not what the ledger says, whoever signed it', async () => {
      const version = await read<VersionDocument>(versionKey(model, 2));
      const other = { ...version.package, digest: `sha256:${'b'.repeat(64)}` };
      await put(versionKey(model, 2), { ...version, package: other });
      const routing = await read<RoutingDocument>(routingKey(model, 2));
      await put(routingKey(model, 2), { ...routing, champion: 1 });
      const reader = registry.newReader();
      const wrong = /is not what the ledger says/;
      await expect(reader.readVersion(model, 2)).rejects.toMatchObject(corrupt(versionKey(model, 2), wrong));
      await expect(reader.readRoutingAfter(model, 1)).rejects.toMatchObject(
        corrupt(routingKey(model, 2), wrong),
      );
      expect((await reader.verifyLedger(model)).problems).toEqual([
        expect.stringMatching(/^versions\/mail-filter\/2\.json is not what the ledger says/),
        expect.stringMatching(/^routing\/mail-filter\/00000002\.json is not what the ledger says/),
      ]);
    });

    it('names a document that is missing', async () => {
      await objects.remove(versionKey(model, 1));
      expect((await registry.newReader().verifyLedger(model)).problems).toEqual([
        `${versionKey(model, 1)} is missing: ${ledgerKey(model, 1)} made it`,
      ]);
    });
  });
}
