import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLeases, type Leases } from '../../../artifacts/leases.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../../artifacts/object-store.ts';
import { ledgerKey } from '../../../artifacts/registry/ledger.ts';
import { routingKey } from '../../../artifacts/registry/projections.ts';
import { createResponseIds } from '../../../artifacts/response-ids.ts';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import type { RegistryChange } from '../../../contracts/registry.ts';
import { planFor } from '../../../serving/plan.ts';
import { createServedModel } from '../../../serving/served-model.ts';
import { standInOf } from '../../../serving/stand-in.ts';
import { createGate } from '../../support/gate.ts';
import {
  challenge,
  commitOf,
  createMemoryHeads,
  createTestRegistry,
  model,
  promote,
  register,
  withdraw,
} from '../../support/registry-fixtures.ts';
import { createVersion, type FakeVersion } from '../../support/served-versions.ts';

const start = new Date('2026-05-01T12:00:00.000Z');

describe('served model', () => {
  let objects: ObjectStore;
  let leases: Leases;
  let registry: ReturnType<typeof createTestRegistry>;
  let loads: number[];
  let loaded: Map<number, FakeVersion>;
  let told: string[];
  let shown: [version: number, isLoaded: boolean][];
  /** What loading a version waits for, or fails with. */
  let loading: (version: number) => Promise<void>;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    objects = createMemoryObjectStore();
    leases = createLeases(objects);
    registry = createTestRegistry(objects);
    loads = [];
    told = [];
    shown = [];
    loaded = new Map();
    loading = () => Promise.resolve();
    for (const name of ['one', 'two', 'three']) await commit(register(name));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const commit = (change: RegistryChange) => registry.writer.commit(commitOf(change));
  const newModel = (reader = registry.reader) =>
    createServedModel(model, {
      replica: 'gateway-1',
      registry: reader,
      leases,
      responseIds: createResponseIds(Buffer.alloc(32), model),
      metrics: {
        followRouting: () => undefined,
        showChampion: (_model, version, isLoaded) => shown.push([version, isLoaded]),
      },
      log: { info: () => undefined, warn: (message) => told.push(message) },
      load: async (_model, version) => {
        loads.push(version);
        await loading(version);
        const fresh = createVersion(version);
        loaded.set(version, fresh);
        return fresh;
      },
    });
  const lease = async () => (await leases.read(model, new Date())).at(0);

  it('has nothing to serve before a version is promoted, and says so in its lease', async () => {
    const served = newModel();
    await served.refresh();
    expect(served.routing()).toBeUndefined();
    expect(await lease()).toMatchObject({ replica: 'gateway-1', generation: 0, ready: [] });
  });

  it('answers by a new routing only once its versions are loaded', async () => {
    await commit(promote(1));
    const served = newModel();
    await served.refresh();
    await commit(challenge(2));
    const gate = createGate();
    loading = () => gate.opened;
    const refreshing = served.refresh();
    await vi.waitUntil(() => loads.includes(2));
    expect(served.routing()).toMatchObject({ generation: 1, champion: 1 });
    expect(served.routing()).not.toHaveProperty('challenger');
    gate.open();
    await refreshing;
    expect(served.routing()).toMatchObject({ generation: 2, challenger: { version: 2 } });
    expect(await lease()).toMatchObject({ generation: 2, ready: [1, 2], failed: {} });
  });

  it('loads each version once, and keeps the one before, so that a rollback needs no load', async () => {
    await commit(promote(1));
    const served = newModel();
    await served.refresh();
    await commit(promote(2));
    await served.refresh();
    await served.refresh();
    expect(loads).toEqual([1, 2]);
    expect(served.version(1)).toBe(loaded.get(1));
    expect(loaded.get(1)?.stopped()).toBe(false);
  });

  it('ends what the routing names no more', async () => {
    await commit(promote(1));
    await commit(challenge(2));
    const served = newModel();
    await served.refresh();
    await commit(withdraw(2));
    await served.refresh();
    expect(served.version(2)).toBeUndefined();
    expect(loaded.get(2)?.stopped()).toBe(true);
    expect(await lease()).toMatchObject({ generation: 3, ready: [1] });
  });

  it('tells in its lease what it cannot load and why, goes on with the rest, and does not try again and again', async () => {
    await commit(promote(1));
    await commit(challenge(2));
    loading = (version) => (version === 2 ? Promise.reject(new Error('out of memory')) : Promise.resolve());
    const served = newModel();
    await served.refresh();
    await served.refresh();
    expect(loads.filter((version) => version === 2)).toHaveLength(1);
    expect(await lease()).toMatchObject({ generation: 2, ready: [1], failed: { 2: 'out of memory' } });
    expect(served.version(1)).toBeDefined();
    // A new step of the rollout is a new reason to try.
    loading = () => Promise.resolve();
    await commit(challenge(2, { trafficFraction: 0.5, step: 2 }));
    await served.refresh();
    expect(await lease()).toMatchObject({ generation: 3, ready: [1, 2], failed: {} });
  });

  it('refuses a version whose package is damaged, serves what it has, and loads it once it has been made again', async () => {
    await commit(promote(1));
    const served = newModel();
    await served.refresh();
    loading = () => Promise.reject(new CoppiceFailure('ArtifactCorrupt', 'blobs/sha256/ab is corrupt'));
    await commit(challenge(2));
    await served.refresh();
    await served.refresh();
    expect(loads).toEqual([1, 2]);
    expect(served.version(1)).toBe(loaded.get(1));
    expect(await lease()).toMatchObject({ ready: [1], failed: { 2: 'blobs/sha256/ab is corrupt' } });
    loading = () => Promise.resolve();
    vi.setSystemTime(start.getTime() + 10_000);
    await served.refresh();
    await served.refresh(); // the try goes on beside the refresh that began it
    expect(await lease()).toMatchObject({ ready: [1, 2], failed: {} });
  });

  it('lets the version before answer where the champion cannot be loaded, says so, and tries again in a minute', async () => {
    await commit(promote(1));
    await commit(promote(2));
    loading = (version) => (version === 2 ? Promise.reject(new Error('out of memory')) : Promise.resolve());
    const served = newModel();
    await served.refresh();
    const answers = () => {
      const routing = served.routing();
      return routing && planFor(served, routing, { subject: 'kim', id: 'clf-1' })?.served.version;
    };
    expect(answers()).toBe(1);
    expect(await lease()).toMatchObject({ generation: 2, ready: [1], failed: { 2: 'out of memory' } });
    expect(shown.at(-1)).toEqual([2, false]);
    expect(told).toEqual([
      'mail-filter@2 cannot be loaded: out of memory',
      'mail-filter@1 answers in the place of mail-filter@2, which is not loaded',
    ]);
    const gate = createGate();
    loading = () => gate.opened;
    vi.setSystemTime(start.getTime() + 60_000);
    await served.refresh(); // whoever loads for long keeps no lease from being renewed
    expect(await lease()).toMatchObject({ ready: [1] });
    await served.refresh();
    gate.open();
    await vi.waitUntil(() => answers() === 2);
    expect(loads.filter((version) => version === 2)).toHaveLength(2);
    await served.refresh();
    expect(shown.at(-1)).toEqual([2, true]);
  });

  it('lets nobody answer in the place of a champion who was forged, but who served before', async () => {
    await commit(promote(1));
    await commit(promote(2));
    loading = (version) =>
      version === 2
        ? Promise.reject(new CoppiceFailure('ArtifactCorrupt', 'blobs/sha256/ab is corrupt'))
        : Promise.resolve();
    const served = newModel();
    await served.refresh();
    expect(served.version(2)).toBeUndefined();
    const routing = served.routing();
    expect(routing && standInOf(served.version, routing)).toBe(loaded.get(1));
    loaded.get(1)?.end();
    await vi.waitUntil(() => served.version(1) === undefined);
    expect(routing && standInOf(served.version, routing)).toBeUndefined();
  });

  it('loads a version again whose process has died', async () => {
    await commit(promote(1));
    const served = newModel();
    await served.refresh();
    loaded.get(1)?.end();
    await vi.waitUntil(() => served.version(1) === undefined);
    await served.refresh();
    expect(loads).toEqual([1, 1]);
    expect(served.version(1)).toBeDefined();
  });

  it('keeps its routing where an older one is put in the place of a newer one', async () => {
    await commit(promote(1));
    await commit(promote(2));
    const served = newModel();
    await served.refresh();
    await objects.copy(routingKey(model, 1), routingKey(model, 9));
    await expect(served.refresh()).rejects.toMatchObject({ type: 'ArtifactCorrupt' });
    expect(served.routing()).toMatchObject({ generation: 2, champion: 2 });
  });

  it('refuses an older routing after a restart too: it remembers how far it saw the registry', async () => {
    const heads = createMemoryHeads();
    await commit(promote(1));
    await commit(promote(2));
    const served = newModel(registry.newReader(heads));
    await served.refresh();
    await objects.remove(routingKey(model, 2));
    await objects.remove(ledgerKey(model, 5));
    const restarted = newModel(registry.newReader(heads));
    await expect(restarted.refresh()).rejects.toMatchObject({
      type: 'ArtifactCorrupt',
      message: expect.stringMatching(
        /^ledger\/mail-filter\/00000005\.json is not what was seen here/,
      ) as string,
    });
    expect(restarted.routing()).toBeUndefined();
    expect(served.routing()).toMatchObject({ generation: 2, champion: 2 });
  });

  it('serves nothing of a key that was revoked', async () => {
    await commit(promote(1));
    const served = newModel();
    await served.refresh();
    const [last] = (await registry.reader.readLedger(model)).slice(-1);
    const { sequence, hash, at } = last;
    const heads = { [model]: { sequence, hash } };
    registry.trust.revoke(registry.signer, {
      at: `${at.slice(0, -4)}999Z`,
      by: 'kim',
      reason: 'lost',
      heads,
    });
    await commit(promote(2));
    await expect(served.refresh()).rejects.toMatchObject({
      message: expect.stringContaining('was revoked at') as string,
    });
    expect(served.routing()).toMatchObject({ generation: 1, champion: 1 });
  });

  it('serves the champion alone where the routing was not confirmed for half a minute', async () => {
    await commit(promote(1));
    await commit(challenge(2));
    const served = newModel();
    await served.refresh();
    vi.setSystemTime(start.getTime() + 30_000);
    expect(served.routing()).toHaveProperty('challenger');
    vi.setSystemTime(start.getTime() + 30_001);
    expect(served.routing()).toMatchObject({ champion: 1 });
    expect(served.routing()).not.toHaveProperty('challenger');
    await served.refresh();
    expect(served.routing()).toHaveProperty('challenger');
  });

  it('holds a lease that ends by itself, and renews it', async () => {
    await commit(promote(1));
    const served = newModel();
    await served.refresh();
    vi.setSystemTime(start.getTime() + 5_001);
    expect(await lease()).toBeUndefined();
    await served.refresh();
    expect(await lease()).toMatchObject({ generation: 1 });
  });

  it('ends its versions and gives up its lease when it stops, so that nobody waits for it', async () => {
    await commit(promote(1));
    const served = newModel();
    await served.refresh();
    await served.stop();
    expect(loaded.get(1)?.stopped()).toBe(true);
    expect(await lease()).toBeUndefined();
  });
});
