// A rollback while Temporal is away: signed, once, and refused in words where there is nothing to go back to.
import { describe, expect, it } from 'vitest';
import { openIncidents } from '../../../artifacts/incidents.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { createObservationLog } from '../../../artifacts/observations.ts';
import { createDirectRollback } from '../../../control/direct-rollback.ts';
import {
  challenge,
  commitOf,
  createTestRegistry,
  promote,
  register,
} from '../../support/registry-fixtures.ts';

const model = 'mail-filter';
const asked = { by: 'lee', reason: 'complaints' };

function open() {
  const objects = createMemoryObjectStore();
  const { writer, reader } = createTestRegistry(objects);
  const observations = createObservationLog(objects);
  const incidents = openIncidents({ objects, registry: reader, observations });
  const openWriter = () => Promise.resolve(writer);
  return {
    writer,
    reader,
    incidents,
    rollBack: createDirectRollback({ registry: reader, incidents, openWriter }),
  };
}

describe('a rollback without Temporal', () => {
  it('takes the challenger out first, then goes back to the version before, and each is an incident', async () => {
    const { writer, reader, rollBack, incidents } = open();
    for (const change of [register('1'), register('2'), register('3'), promote(1), promote(2), challenge(3)])
      await writer.commit(commitOf(change));
    expect(await rollBack(model, asked)).toMatchObject({
      ...{ decision: 'done', reason: 'version 3 left traffic (generation 4)' },
    });
    expect(await rollBack(model, asked)).toMatchObject({ reason: 'version 2 left service (generation 5)' });
    expect(await reader.readRouting(model)).toMatchObject({ champion: 1, quarantined: [2, 3] });
    const [newest] = await reader.readLedger(model).then((ledger) => ledger.slice(-1));
    expect([newest.actor, newest.reason]).toEqual(['lee', 'complaints']);
    expect((await incidents.list(model)).map(({ version }) => version)).toEqual([2, 3]);
  });

  it('takes all of several challengers out, each quarantined and each an incident; the champion stays', async () => {
    const { writer, reader, rollBack, incidents } = open();
    const together = challenge(2, { others: [3, 4], trafficFraction: 0.1 });
    for (const change of [register('1'), register('2'), register('3'), register('4'), promote(1), together])
      await writer.commit(commitOf(change));
    expect(await rollBack(model, asked)).toEqual({
      ...{ decision: 'done', reason: 'version 2, 3, 4 left traffic (generation 5)' },
    });
    const routing = await reader.readRouting(model);
    expect(routing).toMatchObject({ champion: 1, quarantined: [2, 3, 4] });
    expect(routing).not.toHaveProperty('challenger');
    expect((await incidents.list(model)).map(({ version }) => version).sort()).toEqual([2, 3, 4]);
  });

  it('refuses where no version is left to go back to, and where none serves', async () => {
    const { writer, rollBack } = open();
    expect(await rollBack(model, asked)).toMatchObject({ decision: 'ignored' });
    for (const change of [register('1'), promote(1)]) await writer.commit(commitOf(change));
    await expect(rollBack(model, asked)).rejects.toMatchObject({
      statusCode: 422,
      type: 'RollbackTargetMissing',
    });
  });
});
