// What a rollback cost, told from ledger and answers.
import { beforeEach, describe, expect, it } from 'vitest';
import { openIncidents } from '../../../artifacts/incidents.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { createObservationLog } from '../../../artifacts/observations.ts';
import { describeIncident, incidentFigures } from '../../../contracts/incident.ts';
import type { Observation, PredictionRecord } from '../../../contracts/observation.ts';
import type { RegistryChange } from '../../../contracts/registry.ts';
import {
  challenge,
  commitOf,
  createTestRegistry,
  promote,
  register,
  rollback,
} from '../../support/registry-fixtures.ts';

const model = 'mail-filter';

describe('incidents', () => {
  let objects: ReturnType<typeof createMemoryObjectStore>;
  let registry: ReturnType<typeof createTestRegistry>;
  let incidents: ReturnType<typeof openIncidents>;
  beforeEach(() => {
    objects = createMemoryObjectStore();
    registry = createTestRegistry(objects);
    incidents = openIncidents({
      objects,
      registry: registry.reader,
      observations: createObservationLog(objects),
    });
  });

  const commit = async (...changes: readonly RegistryChange[]) => {
    let generation = 0;
    let at = '';
    for (const change of changes) {
      const { entry } = await registry.writer.commit(
        commitOf(change, { actor: 'kim', reason: 'complaints' }),
      );
      generation = entry.result.routing?.generation ?? generation;
      at = entry.at;
    }
    return { generation, at };
  };
  const serving = () => commit(register('one'), register('two'), promote(1), challenge(2));
  /** Records are written at the present hour; times of the ledger tick from its own start. */
  const answer = (id: string, overrides: Partial<PredictionRecord> & { at: string }): PredictionRecord => ({
    ...{ kind: 'prediction', id, model, subject: id, generation: 2, arm: 'challenger' },
    served: { version: 2, label: 'ham', probabilities: { ham: 0.9, spam: 0.1 }, latencyMs: 3 },
    ...overrides,
  });
  const label = (prediction: string, at: string, given = 'spam'): Observation => ({
    ...{ kind: 'feedback', prediction, label: given, at },
  });

  it('counts what the version had answered, what was wrong of it, and how long it had gone on', async () => {
    const { at } = await serving();
    const later = (seconds: number) => new Date(Date.parse(at) + seconds * 1_000).toISOString();
    await createObservationLog(objects).append(model, [
      answer('a', { at: later(0.2) }),
      answer('b', { at: later(0.4) }),
      answer('c', { at: later(0.6), arm: 'champion', served: { ...answer('c', { at }).served, version: 1 } }),
      answer('a', { at: later(0.2) }), // written twice counts once
      answer('d', { at: later(2), generation: 3 }),
      label('a', later(0.5)),
      label('b', later(0.5), 'ham'),
      label('c', later(0.5)),
    ]);
    const { generation, at: rolledBackAt } = await commit(rollback(2));
    const incident = await incidents.read(model, generation);
    expect(incident).toMatchObject({
      ...{ version: 2, backTo: 1, by: 'kim', reason: 'complaints', inTrafficSince: at, rolledBackAt },
      ...{ firstAnswerAt: later(0.2), answers: { given: 2, labelled: 2, wrong: 1, after: 1 } },
    });
    expect(incident && describeIncident(incident)).toEqual([
      'version 2 answered 2 requests: 1 of its 2 labelled answers wrong',
      `${(Date.parse(rolledBackAt) / 1_000 - Date.parse(later(0.2)) / 1_000).toFixed(1)} s from its first answer to the rollback`,
    ]);
  });

  it('keeps what a rollout found, and lists the newest first', async () => {
    await serving();
    const first = await commit(rollback(2));
    const second = await commit(register('three'), challenge(3), rollback(3));
    const findings = {
      ...{ verdict: 'unhealthy' as const, reasons: ['slow'] },
      ...{ detectedAt: '2026-05-03T10:00:00.000Z', acknowledgedAt: '2026-05-03T10:00:01.500Z' },
    };
    await incidents.record(model, first.generation, { findings, failedRequests: 3 });
    const listed = await incidents.list(model);
    expect(listed.map(({ version, generation }) => [version, generation])).toEqual([
      [3, second.generation],
      [2, first.generation],
    ]);
    expect(listed[1]).toMatchObject({ findings, failedRequests: 3 });
    expect(incidentFigures(listed[1])).toMatchObject({ badAnswers: 3, secondsFromDetection: 1.5 });
  });

  it('says that a version which never left the shadow answered no client', async () => {
    await commit(register('one'), register('two'), promote(1));
    await commit(challenge(2, { mode: 'shadow', trafficFraction: 0, step: 0 }));
    const { generation } = await commit(rollback(2));
    const incident = await incidents.read(model, generation);
    expect(incident).not.toHaveProperty('inTrafficSince');
    expect(incident && describeIncident(incident)).toEqual(['version 2 answered no client']);
  });

  it('knows none of a generation that no rollback made', async () => {
    const { generation } = await serving();
    expect(await incidents.read(model, generation)).toBeUndefined();
    expect(await incidents.record(model, generation, {})).toBeUndefined();
    expect(await incidents.list(model)).toEqual([]);
  });
});
