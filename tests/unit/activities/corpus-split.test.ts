import { describe, expect, it } from 'vitest';
import { createCorpusSplitActivities } from '../../../activities/corpus-split.ts';
import { createShardWriter, readShards } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import { cleanDocumentSchema } from '../../../contracts/document.ts';
import type { SplitSpec } from '../../../contracts/model-spec/split.ts';
import { asActivity } from '../../support/activity-context.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());

const runStage: StageRunner = async (work) => {
  const { result } = await work.compute();
  return { ...result, lineage: await artifacts.putJson('lineage'), cached: false, seconds: 0 };
};

/** Documents of sources a, b and c in turn, each day an earlier one. */
async function corpusOf(count: number) {
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (let at = 0; at < count; at += 1) {
    const source = 'abc'[at % 3];
    const origin = { id: `${source}/${at}`, source, uri: `${at}`, digest: `sha256:${'0'.repeat(64)}` };
    const time = new Date(Date.UTC(2026, 1, 28 - at)).toISOString();
    await shards.add({ ...origin, collectedAt: '2026-11-24T10:00:00Z', time, text: `text ${at}` });
  }
  return shards.close();
}

async function divide(split: SplitSpec, { documents = 9, holdout = 2 } = {}) {
  const { splitCorpus } = createCorpusSplitActivities({ artifacts, runStage });
  const input = { model: 'speeches', runId: 'run', corpus: await corpusOf(documents), split, holdout };
  const divided = await asActivity(() => splitCorpus(input));
  const ids: string[] = [];
  for await (const { id } of readShards(artifacts, divided.corpus, cleanDocumentSchema)) ids.push(id);
  return { held: ids.slice(-divided.holdout), training: ids.slice(0, -divided.holdout) };
}

describe('splitCorpus', () => {
  it('puts the latest documents last, the others before them in their order', async () => {
    const { held, training } = await divide({ by: 'time' });
    expect(held).toEqual(['a/0', 'b/1']);
    expect(training).toEqual(['c/2', 'a/3', 'b/4', 'c/5', 'a/6', 'b/7', 'c/8']);
  });

  it('holds out whole groups, so more than it was asked for', async () => {
    const { held, training } = await divide({ by: 'group', group: 'source' });
    expect(new Set(held.map(([source]) => source)).size).toBe(1);
    expect(held).toHaveLength(3);
    expect(training.some(([source]) => source === held[0][0])).toBe(false);
  });

  it('holds out by hash what it held out before, but for what is new', async () => {
    const before = await divide({ by: 'hash' }, { documents: 20, holdout: 4 });
    const after = await divide({ by: 'hash' }, { documents: 25, holdout: 4 });
    expect(after.held.filter((id) => before.training.includes(id))).toEqual([]);
  });

  it('refuses a split that leaves too few on either side', async () => {
    await expect(divide({ by: 'hash' }, { documents: 2 })).rejects.toThrow('too few documents: of 2,');
    await expect(divide({ by: 'group', group: 'source' }, { documents: 1, holdout: 1 })).rejects.toThrow(
      'evaluation.split holds 0 out',
    );
  });
});
