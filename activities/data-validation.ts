// Clean documents held against the model's data schema, which the first of them make.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { DataSchemas } from '../artifacts/data-schemas.ts';
import { readJsonLines } from '../artifacts/json-lines.ts';
import { isLost } from '../artifacts/store-failure.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { DataAnomaly, DataCheck, DataSchema, SchemaRevision } from '../contracts/data-validation.ts';
import { cleanDocumentSchema, documentLabelSchema } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { RunIdentity } from '../contracts/stage-results.ts';
import { checkData, labelAnomalies } from '../pipeline/validation/check-data.ts';
import { inferSchema } from '../pipeline/validation/infer-schema.ts';
import { createStatistics, type DataStatistics } from '../pipeline/validation/statistics.ts';
import { widenSchema } from '../pipeline/validation/widen-schema.ts';
import { createBreather, withHeartbeat } from './heartbeat.ts';
import { readShards } from './shards.ts';

export interface CleanData extends RunIdentity {
  readonly corpus: ArtifactReference;
  /** Labels of documents; absent where they are of another kind. */
  readonly labels?: ArtifactReference;
}

export interface AcceptDataInput extends CleanData {
  /** What somebody said is right; none where there was none. */
  readonly anomalies: readonly DataAnomaly[];
  readonly by: string;
  readonly reason: string;
}

export interface DataValidationDependencies {
  readonly artifacts: ArtifactStore;
  readonly schemas: DataSchemas;
  readonly loadLanguageIdentifier: () => Promise<(text: string) => string>;
  readonly now: () => Date;
}

/** Of a corpus: what is new in it, and all labels as they stand, since those of documents that were seen before may change. */
interface Observation {
  readonly statistics: DataStatistics;
  readonly allLabels: ReadonlyMap<string, number>;
}

export type DataValidationActivities = ReturnType<typeof createDataValidationActivities>;

export function createDataValidationActivities(dependencies: DataValidationDependencies) {
  const { artifacts, schemas, loadLanguageIdentifier, now } = dependencies;

  const observe = (data: CleanData, accepted?: ArtifactReference): Promise<Observation> =>
    withHeartbeat(async (signal, report) => {
      const known = await idsOf(artifacts, accepted);
      const labels = new Map<string, string>();
      if (data.labels) {
        for await (const { document, label } of readJsonLines(artifacts, data.labels, documentLabelSchema))
          labels.set(document, label);
      }
      const allLabels = new Map<string, number>();
      const statistics = createStatistics(await loadLanguageIdentifier());
      const breathe = createBreather(signal);
      let read = 0;
      for await (const document of readShards(artifacts, data.corpus, cleanDocumentSchema)) {
        const label = labels.get(document.id);
        if (label !== undefined) allLabels.set(label, (allLabels.get(label) ?? 0) + 1);
        if (!known.has(document.id)) statistics.add({ ...document, label });
        read += 1;
        report({ read });
        await breathe();
      }
      return { statistics: statistics.result(), allLabels };
    });

  return {
    /**
     * Holds what is new since data was last accepted against the schema, and infers one where there is none. Data
     * without anomalies is accepted.
     * @throws InvalidInput where not one document is left
     */
    async checkData(data: CleanData): Promise<DataCheck> {
      const { model, runId, corpus } = data;
      const current = await schemas.current(model);
      const accepted = current && (await schemas.accepted(model));
      const observed = await observe(data, accepted?.corpus);
      const { statistics } = observed;
      const told = (revision: number, anomalies: DataAnomaly[]): DataCheck => ({
        ...{ runId, at: now().toISOString(), revision, inferred: current === undefined },
        ...{ corpus: corpus.digest, documents: statistics.documents, anomalies },
      });
      if (current === undefined) {
        if (statistics.documents === 0)
          throw new CoppiceFailure('InvalidInput', 'no document is left after cleaning');
        await schemas.add(model, revisionOf(1, inferSchema(statistics), data));
      }
      const areOthers = data.labels?.digest !== accepted?.labels?.digest;
      const anomalies = current ? anomaliesOf(current.schema, observed, areOthers) : [];
      const check = told(current?.revision ?? 1, anomalies);
      await schemas.keepCheck(model, check);
      if (check.anomalies.length === 0) await schemas.accept(model, data);
      return check;
    },

    /** What is accepted is new no more, and what was not expected of it is expected of the data that comes after it. */
    async acceptData({ anomalies, by, reason, ...data }: AcceptDataInput): Promise<void> {
      const { model } = data;
      const current = await schemas.current(model);
      if (current && anomalies.length > 0) {
        const inferred = inferSchema((await observe(data)).statistics);
        const schema = widenSchema(current.schema, inferred, anomalies);
        if (JSON.stringify(schema) !== JSON.stringify(current.schema))
          // the same activity, tried again
          await schemas.add(model, { ...revisionOf(current.revision + 1, schema, data), by, reason });
      }
      await schemas.accept(model, data);
    },
  };

  function revisionOf(revision: number, schema: SchemaRevision['schema'], { runId }: RunIdentity) {
    return { revision, schema, at: now().toISOString(), by: runId, reason: 'inferred from the first data' };
  }
}

/**
 * Of what is new; where its labels are as expected, those of the whole may not be.
 * @param areOthers whether labels are not those that were accepted
 */
function anomaliesOf(
  schema: DataSchema,
  { statistics, allLabels }: Observation,
  areOthers: boolean,
): DataAnomaly[] {
  const ofNew = checkData(schema, statistics);
  const isTold = ofNew.some(({ section }) => section === 'labels');
  return isTold || !areOthers ? ofNew : [...ofNew, ...labelAnomalies(schema, allLabels)];
}

/** Ids of a corpus that was accepted; none where it is gone, so that everything is checked. */
async function idsOf(artifacts: ArtifactStore, corpus: ArtifactReference | undefined): Promise<Set<string>> {
  const ids = new Set<string>();
  if (corpus === undefined) return ids;
  try {
    for await (const { id } of readShards(artifacts, corpus, cleanDocumentSchema)) ids.add(id);
    return ids;
  } catch (error) {
    if (isLost(error)) return new Set();
    throw error;
  }
}
