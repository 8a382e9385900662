// Activities of batches that compute nothing: four shards of ten records, one of each set aside.
import type { BatchActivities } from '../../activities/batch.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { StageRecord } from '../../contracts/stage-results.ts';

export function happyBatch(
  ref: (name: string) => ArtifactReference,
  record: (stage: string) => StageRecord,
): BatchActivities {
  return {
    pinVersion: ({ version = 3, records }) =>
      Promise.resolve({
        ...{ version, package: ref('package'), answers: 'labels' },
        ...(records.kind === 'new-documents' && { collection: { sources: [], labels: [] } }),
      }),
    shardRecords: () => Promise.resolve({ shards: ref('shards'), count: 4 }),
    answerShard: ({ place }) =>
      Promise.resolve({ ...record('batch'), part: ref(`part ${place}`), answered: 9, setAside: 1 }),
    foldAnswers: ({ parts }) => Promise.resolve(ref(`fold of ${parts.length}`)),
    joinAnswers: ({ version }) =>
      Promise.resolve({ version, output: ref('output'), answered: 36, setAside: 4 }),
    markAnswered: () => Promise.resolve(),
  };
}
