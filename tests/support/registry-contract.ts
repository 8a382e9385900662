// What the registry promises over any bucket: one winner, one truth, nothing forged, nothing lost in a crash.
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../artifacts/canonical-json.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import { readObject } from '../../artifacts/object-store.ts';
import { hashEntry, ledgerKey } from '../../artifacts/registry/ledger.ts';
import { routingKey, versionKey } from '../../artifacts/registry/projections.ts';
import { createRegistryReader } from '../../artifacts/registry/registry-reader.ts';
import { createKeyTrust } from '../../artifacts/registry/trust.ts';
import type { LedgerEntry, RoutingDocument } from '../../contracts/registry.ts';
import type { FaultyObjectStore } from './faulty-object-store.ts';
import { createFaultyObjectStore } from './faulty-object-store.ts';
import {
  challenge,
  commitOf,
  createTestRegistry,
  model,
  newSigner,
  promote,
  register,
  rollback,
} from './registry-fixtures.ts';

/** @param create a bucket that is empty, and exists; a new one each time */
export function describeRegistry(name: string, create: () => Promise<ObjectStore>): void {
  describe(`registry on ${name}`, () => {
    let objects: FaultyObjectStore;
    let registry: ReturnType<typeof createTestRegistry>;
    beforeEach(async () => {
      objects = createFaultyObjectStore(await create());
      registry = createTestRegistry(objects);
    });

    const commitAll = async (...changes: Parameters<typeof commitOf>[0][]): Promise<void> => {
      for (const change of changes) await registry.writer.commit(commitOf(change));
    };
    const keysBelow = async (prefix: string): Promise<string[]> => {
      const keys: string[] = [];
      for await (const { key } of objects.list(prefix)) keys.push(key);
      return keys;
    };
    const readJson = async <T>(key: string) => JSON.parse(String(await readObject(objects, key))) as T;
    const corrupt = (key: string) => ({
      type: 'ArtifactCorrupt',
      message: expect.stringContaining(key) as string,
    });

    it('remembers who serves, who served, and what became of each version', async () => {
      await commitAll(
        register('a'),
        promote(1),
        register('b'),
        challenge(2),
        promote(2),
        register('c'),
        challenge(3),
        rollback(3),
      );
      const reader = registry.newReader();
      expect(await reader.readRouting(model)).toMatchObject({
        generation: 5,
        champion: 2,
        previous: 1,
        quarantined: [3],
      });
      const versions = await reader.listVersions(model);
      expect(versions.map(({ document, state }) => `${document.version} ${state}`)).toEqual([
        '1 retired',
        '2 champion',
        '3 rolled-back',
      ]);
      expect(await reader.readVersion(model, 2)).toEqual(versions[1].document);
      expect(await reader.readVersion(model, 9)).toBeUndefined();
      expect(await reader.verifyLedger(model)).toMatchObject({ entries: 8, documents: 8, problems: [] });
    });

    it('answers what served at a time', async () => {
      await commitAll(register(), register(), promote(1), promote(2), rollback(2));
      const ledger = await registry.reader.readLedger(model);
      const servedBy = async (time: string) =>
        (await registry.reader.servedAt(model, new Date(time)))?.champion;
      expect(await servedBy(ledger[1].at)).toBeUndefined();
      expect(await servedBy(ledger[2].at)).toBe(1);
      expect(await servedBy(new Date(Date.parse(ledger[3].at) - 1).toISOString())).toBe(1);
      expect(await servedBy(ledger[3].at)).toBe(2);
      expect(await servedBy('2027-01-01T00:00:00.000Z')).toBe(1);
      expect(await registry.reader.servedAt('unknown', new Date())).toBeUndefined();
    });

    it('writes who, when, why and on which evidence into the ledger', async () => {
      const evidence = [`sha256:${'e'.repeat(64)}`];
      const commit = commitOf(register(), { actor: 'lifecycle/1', reason: 'all gates passed', evidence });
      const { entry, version } = await registry.writer.commit(commit);
      expect(entry).toMatchObject({
        sequence: 1,
        actor: 'lifecycle/1',
        reason: 'all gates passed',
        evidence,
      });
      expect(version).toMatchObject({ version: 1, createdAt: entry.at });
      expect(await registry.reader.readLedger(model)).toEqual([entry]);
    });

    it('answers a commit that is repeated as it did at first, and writes nothing', async () => {
      await commitAll(register(), register(), promote(1));
      const commit = commitOf(promote(2), { expectedGeneration: 1 });
      const first = await registry.writer.commit(commit);
      await commitAll(rollback(2));
      const puts = objects.puts.filter((key) => key.startsWith('ledger/')).length;
      expect(await registry.newWriter().commit(commit)).toEqual(first);
      expect(objects.puts.filter((key) => key.startsWith('ledger/'))).toHaveLength(puts);
      expect(await registry.reader.readRouting(model)).toMatchObject({ generation: 3, champion: 1 });
    });

    it('refuses a commit that expects another generation', async () => {
      await commitAll(register(), promote(1));
      const late = registry.writer.commit(commitOf(promote(1), { expectedGeneration: 0 }));
      await expect(late).rejects.toMatchObject({ type: 'RegistryConflict' });
      const { routing } = await registry.writer.commit(commitOf(promote(1), { expectedGeneration: 1 }));
      expect(routing?.generation).toBe(2);
    });

    it('lets one of two writers win that expect the same generation', async () => {
      await commitAll(register(), register(), register(), promote(1));
      const outcomes = await Promise.allSettled(
        [2, 3].map((version) =>
          registry.newWriter().commit(commitOf(promote(version), { expectedGeneration: 1 })),
        ),
      );
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const lost = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
      expect(lost.reason).toMatchObject({ type: 'RegistryConflict' });
      expect((await registry.reader.readRouting(model))?.generation).toBe(2);
    });

    it('applies the changes of writers that do not mind one after another, each once', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          registry.newWriter().commit(commitOf(register(`run ${index}`))),
        ),
      );
      const numbers = outcomes.map(({ version }) => version?.version);
      expect(numbers.sort()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await registry.newReader().verifyLedger(model)).toMatchObject({ entries: 6, problems: [] });
    });

    it('makes one change of one commit that several writers bring at once', async () => {
      const commit = commitOf(register());
      const outcomes = await Promise.all([1, 2, 3].map(() => registry.newWriter().commit(commit)));
      expect(new Set(outcomes.map(({ entry }) => entry.hash)).size).toBe(1);
      expect(await registry.reader.readLedger(model)).toHaveLength(1);
    });

    it('writes nothing for a change that cannot be', async () => {
      await commitAll(register(), promote(1));
      const before = await keysBelow('');
      await expect(registry.writer.commit(commitOf(promote(7)))).rejects.toMatchObject({
        type: 'InvalidInput',
      });
      await expect(registry.writer.commit(commitOf(rollback(1)))).rejects.toMatchObject({
        type: 'RollbackTargetMissing',
      });
      await expect(registry.writer.commit(commitOf(promote(0)))).rejects.toMatchObject({
        type: 'InvalidInput',
      });
      expect(await keysBelow('')).toEqual(before);
    });

    it.each(['routing/', 'versions/'])(
      'repairs %s by the next commit, after a crash behind the ledger',
      async (prefix) => {
        await commitAll(register(), promote(1), register());
        const missing = prefix === 'routing/' ? routingKey(model, 2) : versionKey(model, 3);
        objects.failPut = (key) => key === missing;
        const commit = commitOf(prefix === 'routing/' ? promote(2) : register());
        await expect(registry.writer.commit(commit)).rejects.toMatchObject({
          type: 'ArtifactStoreUnavailable',
        });
        objects.failPut = () => false;
        // Readers see the change already: the ledger is the truth.
        const reader = registry.newReader();
        if (prefix === 'routing/') expect((await reader.readRouting(model))?.champion).toBe(2);
        else expect((await reader.readVersion(model, 3))?.version).toBe(3);
        await registry.newWriter().commit(commitOf(promote(1)));
        expect(await readJson(missing)).toMatchObject({ keyId: registry.signer.keyId });
        expect(await reader.verifyLedger(model)).toMatchObject({ problems: [] });
      },
    );

    it('repairs by the same commit tried again, which then has its answer', async () => {
      await commitAll(register());
      const commit = commitOf(promote(1), { expectedGeneration: 0 });
      objects.failPut = (key) => key.startsWith('routing/');
      await expect(registry.writer.commit(commit)).rejects.toMatchObject({
        type: 'ArtifactStoreUnavailable',
      });
      objects.failPut = () => false;
      expect((await registry.newWriter().commit(commit)).routing?.generation).toBe(1);
      expect((await registry.reader.readRoutingAfter(model, 0))?.champion).toBe(1);
      expect(await registry.reader.readLedger(model)).toHaveLength(2);
    });

    it('shows a poll the newest routing after a generation, and nothing where there is none', async () => {
      await commitAll(register(), register(), promote(1), challenge(2), promote(2));
      const { reader } = registry;
      expect((await reader.readRoutingAfter(model, 0))?.generation).toBe(3);
      expect((await reader.readRoutingAfter(model, 2))?.champion).toBe(2);
      objects.reads.length = 0;
      expect(await reader.readRoutingAfter(model, 3)).toBeUndefined();
      expect(objects.reads).toEqual([`routing/${model}/`]);
    });

    it('refuses a routing document that was forged, wherever it stands', async () => {
      await commitAll(register(), register(), promote(1));
      const key = routingKey(model, 2);
      const signed = await readJson<{ document: RoutingDocument }>(routingKey(model, 1));
      const forged = { ...signed, document: { ...signed.document, generation: 2, champion: 2 } };
      await objects.put(key, Buffer.from(canonicalJson(forged)));
      await expect(registry.reader.readRoutingAfter(model, 1)).rejects.toMatchObject(corrupt(key));
      await objects.put(key, Buffer.from(canonicalJson(await newSigner().sign(forged.document))));
      await expect(registry.reader.readRoutingAfter(model, 1)).rejects.toMatchObject(corrupt(key));
      // Nor does the writer take it for its own.
      await expect(registry.writer.commit(commitOf(promote(1)))).rejects.toMatchObject(corrupt(key));
    });

    it('refuses a genuine document that is replayed in the place of another', async () => {
      await commitAll(register(), register(), promote(1), promote(2));
      const replay = routingKey(model, 3);
      await objects.copy(routingKey(model, 1), replay);
      await expect(registry.reader.readRoutingAfter(model, 2)).rejects.toMatchObject(corrupt(replay));
      await objects.copy(routingKey(model, 1), routingKey('help-ko', 1));
      await expect(registry.reader.readRoutingAfter('help-ko', 0)).rejects.toMatchObject(corrupt('help-ko'));
      await objects.copy(versionKey(model, 1), versionKey(model, 2));
      await expect(registry.reader.readVersion(model, 2)).rejects.toMatchObject(
        corrupt(versionKey(model, 2)),
      );
    });

    it('trusts only the keys that it was given', async () => {
      await commitAll(register(), promote(1));
      const stranger = createRegistryReader({ objects, trust: createKeyTrust([]) });
      await expect(stranger.readRouting(model)).rejects.toMatchObject(corrupt(registry.signer.keyId));
      await expect(stranger.readRoutingAfter(model, 0)).rejects.toMatchObject(corrupt(registry.signer.keyId));
      await expect(stranger.readVersion(model, 1)).rejects.toMatchObject(corrupt(registry.signer.keyId));
    });

    describe('whose ledger was tampered with', () => {
      const rewrite = async (
        sequence: number,
        change: (entry: LedgerEntry) => LedgerEntry,
        rehash: boolean,
      ) => {
        const { document } = await readJson<{ document: LedgerEntry }>(ledgerKey(model, sequence));
        const changed = change(document);
        const { hash, ...content } = changed;
        const entry = { ...content, hash: rehash ? hashEntry(content) : hash };
        // With the genuine key, as whoever holds it could.
        await objects.put(
          ledgerKey(model, sequence),
          Buffer.from(canonicalJson(await registry.signer.sign(entry))),
        );
      };
      beforeEach(() => commitAll(register(), register(), promote(1), promote(2)));

      it.each([
        [
          'an entry that was changed',
          (entry: LedgerEntry) => ({ ...entry, actor: 'nobody' }),
          false,
          3,
          /its hash/,
        ],
        [
          'a changed entry that was hashed again',
          (entry: LedgerEntry) => ({ ...entry, actor: 'nobody' }),
          true,
          4,
          /does not follow/,
        ],
        [
          'an entry of another sequence',
          (entry: LedgerEntry) => ({ ...entry, sequence: 9 }),
          true,
          3,
          /sequence is 9/,
        ],
        [
          'an entry of another model',
          (entry: LedgerEntry) => ({ ...entry, model: 'help-ko' }),
          true,
          3,
          /belongs to help-ko/,
        ],
      ])('finds %s', async (_what, change, rehash, named, words) => {
        await rewrite(3, change, rehash);
        const { problems } = await registry.newReader().verifyLedger(model);
        expect(problems).toHaveLength(1);
        expect(problems[0]).toContain(ledgerKey(model, named));
        expect(problems[0]).toMatch(words);
        const failure = corrupt(ledgerKey(model, named));
        await expect(registry.newReader().readRouting(model)).rejects.toMatchObject(failure);
        await expect(registry.newWriter().commit(commitOf(promote(1)))).rejects.toMatchObject(failure);
      });

      it('finds an entry that is missing', async () => {
        await objects.remove(ledgerKey(model, 2));
        const { problems } = await registry.newReader().verifyLedger(model);
        expect(problems).toEqual([
          expect.stringMatching(/00000003\.json breaks the ledger: its sequence is 3, expected 2/),
        ]);
      });

      it('finds a last entry whose result does not follow from its change', async () => {
        const wrong = (entry: LedgerEntry): LedgerEntry => ({ ...entry, change: promote(1) });
        await rewrite(4, wrong, true);
        const { problems } = await registry.newReader().verifyLedger(model);
        expect(problems).toEqual([`${ledgerKey(model, 4)}: its result does not follow from its change`]);
      });
    });

    it('reads entries that it has read before no second time', async () => {
      await commitAll(register(), promote(1));
      await registry.reader.readRouting(model);
      objects.reads.length = 0;
      await registry.reader.listVersions(model);
      expect(objects.reads).toEqual([`ledger/${model}/`]);
    });

    it('lists models by name, also those whose names begin alike', async () => {
      for (const other of ['mail', 'mail-filter', 'help-ko', 'mail2']) {
        const change = register();
        if (change.kind !== 'register') throw new Error('not a registration');
        const version = { ...change.version, model: other };
        await registry.writer.commit(commitOf({ kind: 'register', version }, { model: other }));
        await registry.writer.commit(commitOf({ kind: 'promote', version: 1 }, { model: other }));
      }
      expect(await registry.reader.listModels()).toEqual(['help-ko', 'mail', 'mail-filter', 'mail2']);
    });
  });
}
