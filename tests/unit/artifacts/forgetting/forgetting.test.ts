// Forgetting in a store in memory, after a real collection, cleaning and tokenization: what is found, what goes, what
// stays, and that it may die anywhere.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createArtifactStore } from '../../../../artifacts/artifact-store.ts';
import { purgeHoldings } from '../../../../artifacts/forgetting/purge.ts';
import { surveyHoldings } from '../../../../artifacts/forgetting/survey.ts';
import { openTombstones } from '../../../../artifacts/forgetting/tombstones.ts';
import { readJsonLines } from '../../../../artifacts/json-lines.ts';
import { createMemoryObjectStore } from '../../../../artifacts/memory-object-store.ts';
import type { ObjectStore } from '../../../../artifacts/object-store.ts';
import { readObject } from '../../../../artifacts/object-store.ts';
import { createObservationLog } from '../../../../artifacts/observations.ts';
import type { ForgettingSurvey } from '../../../../contracts/forgetting.ts';
import { type ForgettingWorld, openForgettingWorld } from '../../../support/forgetting-world.ts';
import { createTestRegistry } from '../../../support/registry-fixtures.ts';

const secret = 'the zebrafish sings at night';
const model = 'mail-filter';
const now = () => new Date('2026-05-03T10:00:00Z');

let world: ForgettingWorld;
let objects: ObjectStore;
beforeEach(async () => {
  objects = createMemoryObjectStore();
  const { reader, writer } = createTestRegistry(createMemoryObjectStore());
  world = await openForgettingWorld(model, { objects, registry: reader, writer });
  await world.write('a.txt', 'an apple a day');
  await world.write('b.txt', 'bees and butter');
  await world.write('secret.txt', secret);
  await world.label({ 'inbox/a.txt': 'ham', 'inbox/secret.txt': 'spam' });
});
afterEach(() => world.close());

async function survey(name: string): Promise<ForgettingSurvey> {
  const tombstones = await openTombstones(objects, now);
  return surveyHoldings(tombstones.digestOf(name), { ...world, objects, tombstones });
}
const purge = async (found: ForgettingSurvey, bucket = objects) =>
  purgeHoldings(found, { artifacts: world.artifacts, objects: bucket, now });
const forget = async (name: string) => purge(await survey(name));

describe('forgetting a document', () => {
  it('finds what holds it by its id, its address or the digest of its content, and changes nothing', async () => {
    await world.makeVersion('first', { quoted: world.idOf('secret.txt') });
    const { uri, digest } = await collected('secret.txt');
    await survey('nothing of that name'); // the store has its salt from here on
    const before = await contentOf(objects);
    const byId = await survey(world.idOf('secret.txt'));
    expect(byId).toMatchObject({ documentCount: 1, versions: [{ model, version: 1 }], models: [model] });
    expect(byId.shards).toHaveLength(1);
    expect(countKinds(byId)).toEqual({ dataset: 1, labels: 1, tokens: 3, report: 2 });
    expect(byId.caches.length).toBeGreaterThan(2);
    expect(byId.checkpoints).toMatchObject([
      { key: `checkpoints/lifecycle/${model}/first/training/fine-tuning/latest.json` },
    ]);
    for (const name of [uri, digest]) {
      const { target: _target, ...found } = await survey(name);
      expect({ ...found, target: byId.target }).toEqual(byId);
    }
    expect(await contentOf(objects)).toEqual(before);
  });

  it('removes every byte of it, and nothing of the others', async () => {
    const made = await world.makeVersion('first', { quoted: world.idOf('secret.txt') });
    expect((await world.holdersOf(secret)).length).toBeGreaterThan(1);
    await forget(world.idOf('secret.txt'));
    expect(await world.holdersOf(secret)).toEqual([]);
    expect(await world.holdersOf('inbox/secret.txt')).toEqual([]);
    expect(await world.holdersOf('moments of')).toEqual([]);
    expect((await world.holdersOf('an apple a day')).length).toBeGreaterThan(0);
    expect(await world.artifacts.has(made.evaluated.package)).toBe(true); // it serves until another does
    const again = await survey(world.idOf('secret.txt'));
    expect(again).toMatchObject({
      ...{ documentCount: 0, shards: [], blobs: [], caches: [], checkpoints: [], observations: [] },
      ...{ versions: [{ model, version: 1 }], forgottenAt: now().toISOString() },
    });
  });

  it('is skipped by the next collection, under this name or another, and counted as forgotten', async () => {
    await world.makeVersion('first', { quoted: world.idOf('a.txt') });
    await forget(world.idOf('secret.txt'));
    await world.write('copy.txt', secret);
    await world.write('new.txt', 'news of the day');
    const result = await world.collect('second');
    expect(result).toMatchObject({ documentCount: 3, newDocumentCount: 1, labelCount: 1, forgottenCount: 1 });
    expect((await linesOf(result.documents)).sort()).toEqual(['inbox/a.txt', 'inbox/b.txt', 'inbox/new.txt']);
    expect(result.problemCount).toBe(1);
    expect(await world.holdersOf('copy.txt')).toEqual([]);
    expect(await world.holdersOf('"reason":"forgotten"')).toHaveLength(1);
  });

  it('removes weights that no version has, and leaves a version alone that was only compared with one that saw it', async () => {
    const first = await world.makeVersion('first', { quoted: world.idOf('a.txt') });
    await world.write('more.txt', 'more of it');
    const rejected = await world.makeVersion('rejected', { quoted: world.idOf('b.txt'), register: false });
    await forget(world.idOf('secret.txt'));
    expect(await world.artifacts.has(rejected.weights)).toBe(false);
    expect(await world.artifacts.has(first.weights)).toBe(true);
    const champion = first.evaluated.package;
    const clean = await world.makeVersion('second', { quoted: world.idOf('a.txt'), champion });
    const again = await survey(world.idOf('secret.txt'));
    expect(again.versions).toEqual([{ model, version: 1 }]);
    expect(await world.artifacts.has(clean.weights)).toBe(true);
  });

  it('finds a version that saw it although its shards went when something else was forgotten', async () => {
    await world.makeVersion('first', { quoted: world.idOf('a.txt') });
    await forget(world.idOf('secret.txt'));
    const found = await survey(world.idOf('b.txt'));
    expect(found).toMatchObject({ documentCount: 1, versions: [{ model, version: 1 }] });
    await purge(found);
    expect(await linesOf((await world.collect('second')).documents)).toEqual(['inbox/a.txt']);
  });

  it('goes on wherever it died', async () => {
    await world.makeVersion('first', { quoted: world.idOf('secret.txt') });
    const found = await survey(world.idOf('secret.txt'));
    const { writes, whole } = await attempt(await copyOf(objects), found, Number.POSITIVE_INFINITY);
    expect(writes).toBeGreaterThan(15);
    for (let dies = 0; dies < writes; dies += 1) {
      const bucket = await copyOf(objects);
      await attempt(bucket, found, dies);
      const { whole: resumed } = await attempt(bucket, found, Number.POSITIVE_INFINITY);
      expect([dies, resumed]).toEqual([dies, whole]);
    }
  });
});

describe('forgetting a subject', () => {
  it('removes its answers and their labels, keeps those of others, and readers see no more of it', async () => {
    const log = createObservationLog(objects);
    await answerTo('kim', 'lee');
    await answerTo('lee');
    await log.append(model, [feedback('kim-1'), feedback('lee-1')]);
    const [chosen, rejected] = ['lee-1', 'kim-1'].map((response) => ({ response }));
    const { label: _label, ...said } = feedback('lee-1');
    await log.append(model, [{ ...said, preference: { chosen, rejected } }]);
    await log.append(model, [captured('kim'), captured('lee')]);
    const since = new Date('2026-01-01');
    expect(await log.read(model, { since })).toHaveLength(5);
    const found = await survey('kim');
    expect(found).toMatchObject({ documentCount: 0, versions: [], models: [model] });
    expect(found.observations.map(({ predictions, labels }) => [predictions, labels]).sort()).toEqual([
      [0, 1], // what was said of its answer
      [0, 1], // and of another in comparison with it
      [1, 0],
      [1, 0], // its texts
    ]);
    await purge(found);
    expect(await world.holdersOf('what kim wrote')).toEqual([]);
    expect(await world.holdersOf('what lee wrote')).toHaveLength(1);
    const rest = await log.read(model, { since });
    expect(rest.map((record) => (record.kind === 'feedback' ? record.prediction : record.id))).toEqual([
      'lee-1',
      'lee-1',
    ]);
    expect(await world.holdersOf('kim-1')).toEqual([]);
    await log.append(model, [feedback('kim-1')]); // a label that came late
    await forget('kim');
    expect(await world.holdersOf('kim-1')).toEqual([]);
    expect((await survey('kim')).observations).toEqual([]);
  });
});

const feedback = (prediction: string) => ({
  kind: 'feedback' as const,
  prediction,
  label: 'ham',
  at: '2026-05-01T10:00:00.000Z',
});

const captured = (subject: string) => ({
  ...{
    kind: 'capture' as const,
    id: `${subject}-1`,
    at: '2026-05-01T10:00:00.000Z',
    model,
    subject,
    version: 1,
  },
  texts: [{ input: `what ${subject} wrote`, output: 'ham' }],
});

const answerTo = (...subjects: string[]) =>
  world.observations.append(
    model,
    subjects.map((subject) => ({
      ...{ kind: 'prediction', id: `${subject}-1`, at: '2026-05-01T10:00:00.000Z', model, subject },
      ...{ generation: 1, arm: 'champion' },
      served: { version: 1, label: 'ham', probabilities: { ham: 1 }, latencyMs: 1 },
    })),
  );

function countKinds({ blobs }: ForgettingSurvey): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of blobs) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function contentOf(bucket: ObjectStore): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for await (const { key, etag } of bucket.list('')) content[key] = etag;
  return content;
}

async function copyOf(bucket: ObjectStore): Promise<ObjectStore> {
  const copy = createMemoryObjectStore();
  for await (const { key } of bucket.list('')) {
    await copy.put(key, (await readObject(bucket, key)) ?? Buffer.alloc(0));
  }
  return copy;
}

/** Purges until so many objects were written or removed. @returns how many were, and what is there then */
async function attempt(bucket: ObjectStore, found: ForgettingSurvey, dies: number) {
  let writes = 0;
  const dying =
    <A extends unknown[]>(work: (...given: A) => Promise<void>) =>
    async (...given: A) => {
      if (writes >= dies) throw new Error('killed');
      writes += 1;
      return work(...given);
    };
  const mortal = { ...bucket, put: dying(bucket.put), remove: dying(bucket.remove) };
  const artifacts = createArtifactStore(mortal);
  await purgeHoldings(found, { artifacts, objects: mortal, now }).catch((error: unknown) => {
    if (!(error instanceof Error) || error.message !== 'killed') throw error;
  });
  return { writes, whole: await contentOf(bucket) };
}

async function linesOf(
  documents: Awaited<ReturnType<ForgettingWorld['collect']>>['documents'],
): Promise<string[]> {
  const { files } = await world.artifacts.readDirectory(documents);
  const ids: string[] = [];
  for (const name of Object.keys(files).sort()) {
    for await (const { id } of readJsonLines(world.artifacts, files[name], z.object({ id: z.string() })))
      ids.push(id);
  }
  return ids;
}

async function collected(name: string): Promise<{ uri: string; digest: string }> {
  const { documents } = await world.collect('look');
  const { files } = await world.artifacts.readDirectory(documents);
  const schema = z.object({ id: z.string(), uri: z.string(), digest: z.string() });
  for await (const line of readJsonLines(world.artifacts, files['00000.jsonl.gz'], schema)) {
    if (line.id === world.idOf(name)) return line;
  }
  throw new Error(`${name} was not collected`);
}
