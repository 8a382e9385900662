import { beforeEach, describe, expect, it } from 'vitest';
import { createDataValidationActivities } from '../../../activities/data-validation.ts';
import { createShardWriter } from '../../../activities/shards.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { openDataSchemas } from '../../../artifacts/data-schemas.ts';
import { writeJsonLines } from '../../../artifacts/json-lines.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import { asActivity } from '../../support/activity-context.ts';

const model = 'mail-filter';
let objects = createMemoryObjectStore();
let world = open();
beforeEach(() => {
  objects = createMemoryObjectStore();
  world = open();
});

function open() {
  const artifacts = createArtifactStore(objects);
  const schemas = openDataSchemas(objects);
  const activities = createDataValidationActivities({
    ...{ artifacts, schemas },
    loadLanguageIdentifier: () => Promise.resolve(() => 'en'),
    now: () => new Date('2026-11-30T12:00:00Z'),
  });
  return { artifacts, schemas, activities };
}

/** A corpus of so many documents, whose labels are told by their place. */
async function data(count: number, labelOf: (place: number) => string, runId = 'lifecycle/mail-filter/1') {
  const { artifacts } = world;
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  const labels = [];
  for (let place = 0; place < count; place += 1) {
    const id = `inbox/${String(place).padStart(4, '0')}`;
    const origin = { id, source: 'inbox', uri: id, digest: `sha256:${'0'.repeat(64)}` };
    await shards.add({
      ...origin,
      collectedAt: '2026-11-30T10:00:00Z',
      text: `see you at the meeting ${'soon '.repeat(place % 9)}`,
    });
    labels.push({ document: id, label: labelOf(place) });
  }
  const corpus = await shards.close();
  return { model, runId, corpus, labels: await writeJsonLines(artifacts, labels, mediaTypes.labels) };
}
const mixed = (place: number): string => (place % 2 === 0 ? 'ham' : 'spam');
const check = (of: Awaited<ReturnType<typeof data>>) => asActivity(() => world.activities.checkData(of));

describe('checkData', () => {
  it('infers the schema of the first data, then looks only at what is new', async () => {
    expect(await check(await data(200, mixed))).toMatchObject({
      inferred: true,
      documents: 200,
      revision: 1,
    });
    expect(await world.schemas.current(model)).toMatchObject({ revision: 1, by: 'lifecycle/mail-filter/1' });
    expect(await check(await data(200, mixed))).toMatchObject({
      inferred: false,
      documents: 0,
      anomalies: [],
    });
    expect(await check(await data(260, mixed))).toMatchObject({ documents: 60, anomalies: [] });
    expect(await world.schemas.lastCheck(model)).toMatchObject({ documents: 60 });
  });

  it('tells what is not as expected, again and again until somebody accepts it', async () => {
    await check(await data(200, mixed));
    const strange = await data(300, (place) => (place < 200 ? mixed(place) : 'phishing'));
    const first = await check(strange);
    expect(first.anomalies.map(({ kind }) => kind)).toContain('unknown-label');
    expect(await check(strange)).toEqual(first);
    const word = { by: 'kim', reason: 'a new class', anomalies: first.anomalies };
    await asActivity(() => world.activities.acceptData({ ...strange, ...word }));
    expect(await check(strange)).toMatchObject({ documents: 0, anomalies: [], revision: 2 });
    expect(await world.schemas.revisions(model)).toMatchObject([
      { revision: 1 },
      { revision: 2, by: 'kim', reason: 'a new class' },
    ]);
  });

  it('tells labels that have become others, though no document is new', async () => {
    await check(await data(200, mixed));
    const spoiled = await data(200, (place) => (place % 8 === 1 ? 'spam' : 'ham'));
    const { documents, anomalies } = await check(spoiled);
    expect(documents).toBe(0);
    expect(anomalies.map(({ kind, section }) => [kind, section])).toEqual([
      ['label-drift', 'labels'],
      ['label-drift', 'labels'],
    ]);
  });

  it('adds no second revision where accepting is tried again', async () => {
    await check(await data(200, mixed));
    const strange = await data(300, (place) => (place < 200 ? mixed(place) : 'phishing'));
    const { anomalies } = await check(strange);
    const accept = () =>
      asActivity(() =>
        world.activities.acceptData({ ...strange, anomalies, by: 'kim', reason: 'a new class' }),
      );
    await accept();
    await accept();
    expect(await world.schemas.revisions(model)).toHaveLength(2);
  });

  it('accepts without a new revision where a run goes on with what it only warns of', async () => {
    await check(await data(200, mixed));
    const strange = await data(300, (place) => (place < 200 ? mixed(place) : 'phishing'));
    await asActivity(() => world.activities.acceptData({ ...strange, anomalies: [], by: 'run', reason: '' }));
    expect(await check(strange)).toMatchObject({ documents: 0, anomalies: [], revision: 1 });
  });

  it('checks everything where the corpus that was accepted is gone', async () => {
    const first = await data(200, mixed);
    await check(first);
    for await (const { key } of objects.list('blobs/'))
      if (key.includes(first.corpus.digest.slice(9))) await objects.remove(key);
    expect(await check(await data(260, mixed))).toMatchObject({ documents: 260, anomalies: [] });
  });

  it('refuses to infer a schema from nothing', async () => {
    await expect(check(await data(0, mixed))).rejects.toThrow('no document is left after cleaning');
  });
});

describe('revisions of a schema', () => {
  it('are written once: whoever comes second is told what stands there', async () => {
    await check(await data(200, mixed));
    const { schemas } = world;
    const next = {
      revision: 2,
      at: '2026-11-30T13:00:00Z',
      reason: 'edited',
      schema: { version: 1 as const },
    };
    expect(await schemas.add(model, { ...next, by: 'kim' })).toMatchObject({ by: 'kim' });
    expect(await schemas.add(model, { ...next, by: 'lee' })).toMatchObject({ by: 'kim' });
  });
});
