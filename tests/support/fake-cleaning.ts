// The happy world's cleaning and validation: nothing is computed.
import type { CleaningActivities } from '../../activities/cleaning.ts';
import type { DataValidationActivities } from '../../activities/data-validation.ts';
import type { ShardCleaningActivities } from '../../activities/shard-cleaning.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { StageRecord } from '../../contracts/stage-results.ts';

export type FakeCleaning = CleaningActivities & ShardCleaningActivities & DataValidationActivities;

export function happyCleaning(
  ref: (name: string) => ArtifactReference,
  record: (stage: string) => StageRecord,
): FakeCleaning {
  return {
    cleanDocuments: () =>
      Promise.resolve({
        ...record('cleaning'),
        corpus: ref('corpus'),
        dropped: ref('dropped'),
        keptCount: 390,
        droppedCount: 10,
        funnel: [],
      }),
    countShards: () => Promise.resolve(20),
    cleanShards: ({ from }) => Promise.resolve({ ...record('shards'), part: ref(`part ${from}`) }),
    foldParts: ({ parts }) => Promise.resolve(ref(`fold of ${parts.length}`)),
    joinParts: () =>
      Promise.resolve({
        ...record('cleaning'),
        ...{ corpus: ref('corpus of parts'), dropped: ref('dropped of parts') },
        ...{ keptCount: 9_000, droppedCount: 1_000, funnel: [] },
      }),
    checkData: ({ runId, corpus }) =>
      Promise.resolve({
        ...{ runId, at: '2026-11-30T12:00:00.000Z', revision: 1, inferred: true },
        ...{ corpus: corpus.digest, documents: 390, anomalies: [] },
      }),
    acceptData: () => Promise.resolve(),
  };
}
