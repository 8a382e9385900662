// Incidents, `incidents/<model>/<generation>.json`: each rollback of the ledger, with the answers that were given until then
// and what the rollout found. One that nobody recorded, since no rollout was open, is told from ledger and answers.
import type { Incident, RollbackFindings } from '../contracts/incident.ts';
import { incidentSchema } from '../contracts/incident.ts';
import type { Observation } from '../contracts/observation.ts';
import type { LedgerEntry } from '../contracts/registry.ts';
import { challengersOf } from '../contracts/registry.ts';
import { parseJson } from './artifact-store.ts';
import type { ObjectStore } from './object-store.ts';
import { readObject } from './object-store.ts';
import { joinLabels, type ObservationLog } from './observations.ts';
import type { RegistryReader } from './registry/registry-reader.ts';

export interface Incidents {
  /**
   * Writes down the rollback that made a generation; again, it takes the place of what was written.
   * @returns undefined where that generation was not made by a rollback
   */
  record(
    model: string,
    generation: number,
    found: { readonly findings?: RollbackFindings; readonly failedRequests?: number },
  ): Promise<Incident | undefined>;
  read(model: string, generation: number): Promise<Incident | undefined>;
  /** Newest first. */
  list(model: string): Promise<Incident[]>;
}

export interface IncidentDependencies {
  readonly objects: ObjectStore;
  readonly registry: Pick<RegistryReader, 'readLedger'>;
  readonly observations: Pick<ObservationLog, 'read'>;
}

export function openIncidents({ objects, registry, observations }: IncidentDependencies): Incidents {
  const keyOf = (model: string, generation: number) =>
    `incidents/${model}/${String(generation).padStart(8, '0')}.json`;

  const tell = async (ledger: readonly LedgerEntry[], rollback: Rollback): Promise<Incident> => {
    const { model, at } = rollback.entry;
    const inTrafficSince = entryIntoTraffic(ledger, rollback);
    const records =
      inTrafficSince === undefined ? [] : await observations.read(model, { since: new Date(inTrafficSince) });
    return {
      ...{ model, version: rollback.version, generation: rollback.generation },
      ...(rollback.champion !== undefined && { backTo: rollback.champion }),
      ...{ by: rollback.entry.actor, reason: rollback.entry.reason, rolledBackAt: at },
      ...(inTrafficSince !== undefined && { inTrafficSince }),
      ...answersOf(records, rollback),
    };
  };

  const readStored = async (model: string, generation: number): Promise<Incident | undefined> => {
    const key = keyOf(model, generation);
    const bytes = await readObject(objects, key);
    return bytes && parseJson(bytes.toString('utf8'), incidentSchema, key);
  };

  return {
    async record(model, generation, found) {
      const ledger = await registry.readLedger(model);
      const rollback = rollbacksOf(ledger).find((it) => it.generation === generation);
      if (!rollback) return undefined;
      const incident = { ...(await tell(ledger, rollback)), ...found };
      await objects.put(keyOf(model, generation), Buffer.from(JSON.stringify(incident)), {
        contentType: 'application/json',
      });
      return incident;
    },
    async read(model, generation) {
      const stored = await readStored(model, generation);
      if (stored) return stored;
      const ledger = await registry.readLedger(model);
      const rollback = rollbacksOf(ledger).find((it) => it.generation === generation);
      return rollback && tell(ledger, rollback);
    },
    async list(model) {
      const ledger = await registry.readLedger(model);
      const incidents: Incident[] = [];
      for (const rollback of rollbacksOf(ledger).reverse())
        incidents.push((await readStored(model, rollback.generation)) ?? (await tell(ledger, rollback)));
      return incidents;
    },
  };
}

interface Rollback {
  readonly entry: LedgerEntry;
  readonly version: number;
  readonly generation: number;
  readonly champion: number | undefined;
}

function rollbacksOf(ledger: readonly LedgerEntry[]): Rollback[] {
  return ledger.flatMap((entry) => {
    const { change, result } = entry;
    if (change.kind !== 'rollback' || !result.routing) return [];
    const { generation, champion } = result.routing;
    return [{ entry, version: change.version, generation, champion }];
  });
}

/** When the version first could answer clients since it was last out of traffic. */
function entryIntoTraffic(
  ledger: readonly LedgerEntry[],
  { entry: { sequence }, version }: Rollback,
): string | undefined {
  let since: string | undefined;
  for (const { at, result, sequence: each } of ledger) {
    if (each >= sequence) break;
    if (!result.routing) continue;
    const { champion, challenger } = result.routing;
    const isChallenger = challengersOf(result.routing).includes(version);
    const share = isChallenger && challenger ? challenger.trafficFraction : 0;
    const answers = champion === version || share > 0;
    since = answers ? (since ?? at) : undefined;
  }
  return since;
}

function answersOf(
  records: readonly Observation[],
  { version, entry, generation }: Rollback,
): Pick<Incident, 'answers' | 'firstAnswerAt'> {
  const times = new Map<string, string>();
  let after = 0;
  for (const record of records) {
    if (record.kind !== 'prediction' && record.kind !== 'completion') continue;
    const by = record.kind === 'prediction' ? record.served.version : record.version;
    if (by !== version) continue;
    // A gateway that had not heard of the rollback yet is told from one that brought the version back.
    if (record.generation >= generation) after += record.generation === generation ? 1 : 0;
    else if (!times.has(record.id)) times.set(record.id, record.at);
  }
  const labelled = joinLabels(records).labelled.filter(({ prediction }) => times.has(prediction.id));
  const wrong = labelled.filter(({ prediction, label }) => prediction.served.label !== label);
  const firstAnswerAt = [...times.values()].sort()[0] as string | undefined;
  return {
    ...(firstAnswerAt !== undefined && firstAnswerAt <= entry.at && { firstAnswerAt }),
    answers: { given: times.size, labelled: labelled.length, wrong: wrong.length, after },
  };
}
