import { expect, it } from 'vitest';
import { createLeases } from '../../../artifacts/leases.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { GatewayLease } from '../../../contracts/observation.ts';

const model = 'mail-filter';
const now = new Date('2026-05-01T08:00:00.000Z');
const lease = (replica: string, expiresAt: string, generation = 1): GatewayLease => ({
  replica,
  model,
  generation,
  ready: [1],
  failed: { 2: 'its package is corrupt' },
  expiresAt,
});

it('gives back the leases that have not expired, each replica its last', async () => {
  const leases = createLeases(createMemoryObjectStore());
  await leases.write(lease('a', '2026-05-01T08:00:10.000Z', 1));
  await leases.write(lease('a', '2026-05-01T08:00:20.000Z', 2));
  await leases.write(lease('host:8080/b', '2026-05-01T08:00:05.000Z'));
  await leases.write(lease('expired', '2026-05-01T08:00:00.000Z'));
  await leases.write({ ...lease('other', '2026-05-01T09:00:00.000Z'), model: 'mail-filter-2' });
  expect(await leases.read(model, now)).toEqual([
    lease('a', '2026-05-01T08:00:20.000Z', 2),
    lease('host:8080/b', '2026-05-01T08:00:05.000Z'),
  ]);
});

it('forgets the lease of a gateway that gives it up', async () => {
  const leases = createLeases(createMemoryObjectStore());
  await leases.write(lease('a', '2026-05-01T08:00:10.000Z'));
  await leases.remove(model, 'a');
  await leases.remove(model, 'never there');
  expect(await leases.read(model, now)).toEqual([]);
});
