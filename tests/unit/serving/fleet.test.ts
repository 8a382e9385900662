import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLeases } from '../../../artifacts/leases.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { createObservationLog } from '../../../artifacts/observations.ts';
import { ledgerKey } from '../../../artifacts/registry/ledger.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';
import { createFleet } from '../../../serving/fleet.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { poll } from '../../support/poll.ts';
import { commitOf, createTestRegistry, register } from '../../support/registry-fixtures.ts';
import { createVersion } from '../../support/served-versions.ts';

let fleet: ReturnType<typeof createFleet>;
let warnings: string[];
let objects: ReturnType<typeof createMemoryObjectStore>;
const nothing = () => Promise.resolve();

beforeEach(async () => {
  objects = createMemoryObjectStore();
  const registry = createTestRegistry(objects);
  for (const model of ['damaged', 'whole']) {
    await registry.writer.writeSpec({ model, spec: specOf(model), by: 'kim' });
    const change = register();
    if (change.kind !== 'register') throw new Error('not a registration');
    const version = { ...change.version, model };
    await registry.writer.commit(commitOf({ kind: 'register', version }, { model }));
    await registry.writer.commit(commitOf({ kind: 'promote', version: 1 }, { model }));
  }
  await objects.remove(ledgerKey('damaged', 2));
  warnings = [];
  fleet = createFleet({
    replica: 'gateway-1',
    store: {
      registry: registry.newReader(),
      leases: createLeases(objects),
      observations: createObservationLog(objects),
    },
    metrics: createMetrics({ process: 'gateway' }),
    responseKey: Buffer.alloc(32),
    outbox: { append: nothing, ship: nothing, keep: nothing, stop: nothing },
    load: (_model, version) => Promise.resolve(createVersion(version)),
    log: { info: () => undefined, warn: (message) => warnings.push(message) },
  });
});
afterEach(() => fleet.stop());

it('serves the other models where the registry of one is damaged, and names what is wrong with it', async () => {
  expect(fleet.hasDiscovered()).toBe(false);
  fleet.start();
  const routing = await poll('whole is served', () => fleet.model('whole')?.routing(), 10_000);
  expect(routing).toMatchObject({ champion: 1 });
  await poll('the registry has been read', () => fleet.hasDiscovered(), 10_000);
  expect(fleet.model('damaged')).toBeUndefined();
  expect(warnings[0]).toContain(ledgerKey('damaged', 3));
});
