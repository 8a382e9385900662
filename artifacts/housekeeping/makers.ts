// Who made an artifact first: model and stage, from the index of lineage records.
import type { Digest } from '../../contracts/artifact.ts';
import { artifactReferenceSchema } from '../../contracts/artifact.ts';
import { CoppiceFailure, type FailureType } from '../../contracts/failures.ts';
import type { StageSize } from '../../contracts/housekeeping.ts';
import type { LineageRecord } from '../../contracts/lineage.ts';
import { lineageRecordSchema } from '../../contracts/lineage.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { parseJson } from '../artifact-store.ts';
import type { ObjectStore } from '../object-store.ts';
import { readObject } from '../object-store.ts';

export interface Maker {
  readonly model: string;
  readonly stage: string;
}

const index = 'lineage/by-output/';
const lost = new Set<FailureType>(['ArtifactNotFound', 'ArtifactCorrupt', 'InvalidInput']);

/** @returns makers by digest, of the artifacts that stages wrote and of the records about them */
export async function findMakers(
  objects: ObjectStore,
  artifacts: ArtifactStore,
): Promise<Map<Digest, Maker>> {
  const records = new Map<string, LineageRecord | undefined>();
  const first = new Map<Digest, LineageRecord>();

  const read = async (key: string): Promise<LineageRecord | undefined> => {
    const entry = await readObject(objects, key);
    if (entry === undefined) return undefined;
    try {
      const reference = parseJson(entry.toString(), artifactReferenceSchema, key);
      return await artifacts.readJson(reference, lineageRecordSchema);
    } catch (error) {
      if (error instanceof CoppiceFailure && lost.has(error.type)) return undefined; // nobody knows any more
      throw error;
    }
  };

  for await (const { key } of objects.list(index)) {
    const [output, recordHex] = key.slice(index.length).split('/');
    if (!records.has(recordHex)) records.set(recordHex, await read(key));
    const record = records.get(recordHex);
    if (!record) continue;
    for (const digest of [`sha256:${output}`, `sha256:${recordHex}`]) {
      const known = first.get(digest);
      if (!known || record.endedAt < known.endedAt) first.set(digest, record);
    }
  }
  return new Map([...first].map(([digest, { model, stage }]) => [digest, { model, stage }]));
}

/** Adds up objects by who made them; @returns rows by model and stage, the largest stage of a model first */
export function createStageSizes() {
  const rows = new Map<string, StageSize>();
  return {
    add: ({ model, stage }: Maker, sizeBytes: number): void => {
      const key = `${model}/${stage}`;
      const row = rows.get(key) ?? { model, stage, objects: 0, sizeBytes: 0 };
      rows.set(key, { ...row, objects: row.objects + 1, sizeBytes: row.sizeBytes + sizeBytes });
    },
    rows: (): StageSize[] =>
      [...rows.values()].sort((a, b) => a.model.localeCompare(b.model) || b.sizeBytes - a.sizeBytes),
  };
}
