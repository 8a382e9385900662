import { beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import type { LineageLog } from '../../../artifacts/lineage.ts';
import { createLineageLog, flattenLineage } from '../../../artifacts/lineage.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import type { ArtifactReference } from '../../../contracts/artifact.ts';
import type { Stage } from '../../../contracts/stages.ts';

type Roles = Record<string, ArtifactReference>;

describe('lineage', () => {
  let artifacts: ArtifactStore;
  let lineage: LineageLog;
  let made: number;
  beforeEach(() => {
    const objects = createMemoryObjectStore();
    artifacts = createArtifactStore(objects);
    lineage = createLineageLog(objects, artifacts);
    made = 0;
  });

  const text = (content: string) => artifacts.putBytes(content, { mediaType: 'text/plain' });
  const record = (stage: Stage, inputs: Roles, outputs: Roles, cached = false) => {
    made += 1;
    const time = new Date(Date.UTC(2026, 0, 1, 0, made)).toISOString();
    return lineage.record({
      stage,
      model: 'mail-filter',
      runId: `lifecycle/mail-filter/${made}`,
      inputs,
      outputs,
      parameters: { seed: 1 },
      codeVersion: 'c0de',
      startedAt: time,
      endedAt: time,
      cached,
    });
  };

  /** mails → documents (a directory of shards) → corpus → model, which also reads labels. */
  async function runPipeline() {
    const shards = { 'a.jsonl': await text('mails a'), 'b.jsonl': await text('mails b') };
    const documents = await artifacts.putDirectory(shards);
    const labels = await text('labels');
    const corpus = await text('corpus');
    const model = await text('model');
    await record('collection', {}, { documents, labels });
    await record('cleaning', { documents }, { corpus });
    await record('training', { corpus, labels }, { model });
    return { shards, documents, labels, corpus, model };
  }

  it('walks from a model back to its documents', async () => {
    const { model } = await runPipeline();
    const tree = [...flattenLineage(await lineage.walkLineage(model))];
    expect(tree.map(({ role, depth, record: found }) => `${depth} ${role} ${found?.stage ?? '-'}`)).toEqual([
      '0 start training',
      '1 corpus cleaning',
      '2 documents collection',
      '1 labels collection',
    ]);
  });

  it('finds the stages that read an artifact, or the directory that it is a file of', async () => {
    const { shards, labels } = await runPipeline();
    const stagesOf = async (digest: string) =>
      (await lineage.findReaders(digest)).map(({ record: found }) => found.stage);
    expect(await stagesOf(shards['a.jsonl'].digest)).toEqual(['cleaning']);
    expect(await stagesOf(labels.digest)).toEqual(['training']);
  });

  it('lists every record once', async () => {
    await runPipeline();
    const stages: string[] = [];
    for await (const { record: found } of lineage.records()) stages.push(found.stage);
    expect(stages.sort()).toEqual(['cleaning', 'collection', 'training']);
  });

  it('finds the stage that made a file of a directory', async () => {
    const { shards } = await runPipeline();
    const [producer] = await lineage.findProducers(shards['b.jsonl'].digest);
    expect(producer.record.stage).toBe('collection');
    expect(await lineage.read(producer.reference)).toEqual(producer.record);
  });

  it('descends into a directory that no stage made as a whole', async () => {
    const { model, labels } = await runPipeline();
    const bundle = await artifacts.putDirectory({ 'model.bin': model, 'labels.json': labels });
    const tree = [...flattenLineage(await lineage.walkLineage(bundle))];
    expect(tree.filter(({ depth }) => depth === 1).map(({ role }) => role)).toEqual([
      'labels.json',
      'model.bin',
    ]);
    expect(tree.map(({ record: found }) => found?.stage)).toContain('training');
  });

  it('shows an artifact that is met again once, and says so', async () => {
    const { labels, model } = await runPipeline();
    const report = await text('report');
    await record('evaluation', { model, labels }, { report });
    const nodes = [...flattenLineage(await lineage.walkLineage(report))];
    const met = nodes.filter(({ reference }) => reference.digest === labels.digest);
    expect(met.map(({ repeated }) => repeated)).toEqual([false, true]);
  });

  it('prefers the run that computed a result to those that took it from the cache', async () => {
    const { documents, corpus } = await runPipeline();
    await record('cleaning', { documents }, { corpus }, true);
    const producers = await lineage.findProducers(corpus.digest);
    expect(producers.map(({ record: found }) => found.cached)).toEqual([false, true]);
  });

  it('ends where a stage gave back what it was given', async () => {
    const same = await text('already clean');
    await record('collection', {}, { documents: same });
    await record('cleaning', { documents: same }, { corpus: same });
    expect((await lineage.walkLineage(same)).record?.stage).toBe('collection');
  });

  it('knows nothing of an artifact that no stage saw', async () => {
    const stranger = await text('stranger');
    const node = { reference: stranger, role: 'start', inputs: [], repeated: false };
    expect(await lineage.walkLineage(stranger)).toEqual(node);
    expect(await lineage.findReaders(stranger.digest)).toEqual([]);
  });
});
