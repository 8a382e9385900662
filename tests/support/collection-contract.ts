// What garbage collection promises, on any store: all that something leads to stays whole, the rest goes.
import { describe, expect, it } from 'vitest';
import { createStageRunner } from '../../activities/stage-runner.ts';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { blobKey } from '../../artifacts/blobs.ts';
import { createClaims } from '../../artifacts/claims.ts';
import { findDamage } from '../../artifacts/damage.ts';
import { type CollectionOptions, collectGarbage } from '../../artifacts/housekeeping/collect-garbage.ts';
import { createHolds } from '../../artifacts/housekeeping/holds.ts';
import type { OpenRun } from '../../artifacts/housekeeping/roots.ts';
import { createLineageLog } from '../../artifacts/lineage.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import type { VersionWithState } from '../../artifacts/registry/registry-reader.ts';
import { createStepCache } from '../../artifacts/step-cache.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { LedgerEntry, VersionDocument } from '../../contracts/registry.ts';
import { createMetrics } from '../../monitoring/metrics.ts';
import { asActivity } from './activity-context.ts';
import { codeOf, codeVersionsOf } from './code.ts';
import { createGate } from './gate.ts';
import { poll } from './poll.ts';

const dayMs = 24 * 3_600_000;
const cacheAgeMs = 30 * dayMs;
/** Later than all that a test writes, by more than any age limit. */
const later = () => new Date(Date.now() + 60 * dayMs);
const model = 'mail-filter';
const text = { mediaType: 'text/plain' };

/** A store with a registry of one model, whose versions and evidence a test fills in. */
export function createCollectionWorld(objects: ObjectStore) {
  const artifacts = createArtifactStore(objects);
  const lineage = createLineageLog(objects, artifacts);
  const cache = createStepCache(objects, artifacts);
  const claims = createClaims(objects);
  const holds = createHolds(objects, artifacts);
  const versions: VersionDocument[] = [];
  const addVersion = (made: ArtifactReference, records: ArtifactReference[]) =>
    versions.push({ package: made, lineage: records } as VersionDocument);
  const evidence: string[] = [];
  const openRuns: OpenRun[] = [];
  const registry = {
    listModels: () => Promise.resolve([model]),
    listVersions: () => Promise.resolve(versions.map((document) => ({ document }) as VersionWithState)),
    readSpec: () => Promise.resolve(undefined),
    readLedger: () => Promise.resolve([{ evidence } as LedgerEntry]),
  };
  const runStage = createStageRunner({
    ...{ cache, claims, lineage, metrics: createMetrics({ process: 'test' }) },
    code: codeVersionsOf(() => codeOf('code')),
    now: () => new Date(),
  });
  /** A stage of a run: reads one artifact, writes a directory of files. */
  const stageOf = (
    runId: string,
    step: string,
    input: ArtifactReference | undefined,
    files: readonly string[],
  ) =>
    asActivity(() =>
      runStage<{ made: ArtifactReference }>({
        stage: 'cleaning',
        step,
        run: { model, runId },
        parameters: { files },
        inputs: input ? { input } : {},
        compute: async () => {
          const named: Record<string, ArtifactReference> = {};
          for (const file of files) named[file] = await artifacts.putBytes(`${runId} ${step} ${file}`, text);
          const made = await artifacts.putDirectory(named);
          return { result: { made }, outputs: { made } };
        },
      }),
    );
  const collect = (options: Partial<CollectionOptions>, now = later) =>
    collectGarbage(
      {
        ...{ objects, artifacts, cache, claims, holds, registry, now },
        findOpenRuns: () => Promise.resolve(openRuns),
      },
      { delete: true, cacheAgeMs, ...options },
    );
  const isWhole = async (reference: ArtifactReference) =>
    (await findDamage(artifacts, reference)) === undefined;
  return {
    objects,
    artifacts,
    lineage,
    cache,
    holds,
    addVersion,
    evidence,
    openRuns,
    stageOf,
    collect,
    isWhole,
  };
}

async function keysOf(objects: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(prefix)) keys.push(key);
  return keys;
}

/** @param name of the store; @param newBucket an empty bucket */
export function describeCollection(name: string, newBucket: () => Promise<ObjectStore>): void {
  const newWorld = async () => createCollectionWorld(await newBucket());

  describe(`garbage collection on ${name}`, () => {
    it('keeps what versions, their lineage, evidence, holds, open runs and pointers lead to; the rest goes', async () => {
      const world = await newWorld();
      const { artifacts, objects, stageOf, isWhole } = world;
      const corpus = await stageOf('made', 'cleaning', undefined, ['a', 'b']);
      const weights = await stageOf('made', 'training', corpus.made, ['weights']);
      world.addVersion(weights.made, [weights.lineage]);
      const evidence = await artifacts.putBytes('evidence', text);
      world.evidence.push(evidence.digest);
      const held = await stageOf('rejected', 'held', undefined, ['held']);
      await world.holds.add(held.made.digest, { reason: 'a court asks', by: 'kim' });
      const inUse = await stageOf('open', 'cleaning', undefined, ['in use']);
      world.openRuns.push({ runId: 'lifecycle/m/open', startedAt: later(), references: [inUse.made] });
      const pointers = {
        'collections/m/sources.json': await artifacts.putBytes('a shard', text),
        'checkpoints/lifecycle/m/open/training/latest.json': await artifacts.putBytes('of an open run', text),
        'checkpoints/lifecycle/m/closed/training/latest.json': await artifacts.putBytes(
          'of a closed run',
          text,
        ),
      };
      for (const [key, reference] of Object.entries(pointers))
        await objects.put(key, Buffer.from(JSON.stringify({ reference })));
      const rejected = await stageOf('rejected', 'cleaning', undefined, ['rejected']);
      await objects.put('quarantine/blobs/sha256/x', Buffer.from('damaged'));

      const report = await world.collect({});
      const [shard, ofOpen, ofClosed] = Object.values(pointers);
      for (const kept of [
        corpus.made,
        weights.made,
        weights.lineage,
        evidence,
        held.made,
        inUse.made,
        shard,
        ofOpen,
      ])
        expect(await isWhole(kept)).toBe(true);
      for (const gone of [rejected.made, rejected.lineage, ofClosed]) expect(await isWhole(gone)).toBe(false);
      expect(await keysOf(objects, 'quarantine/')).toEqual([]);
      expect(await keysOf(objects, 'steps/')).toEqual([]);
      expect(await keysOf(objects, `lineage/by-output/${rejected.made.digest.slice(7)}`)).toEqual([]);
      expect(
        (await world.lineage.findProducers(weights.made.digest)).map(({ reference }) => reference.digest),
      ).toEqual([weights.lineage.digest]);
      expect(report.roots).toEqual({ versions: 1, runs: 1, holds: 1, cachedSteps: 0 });
      expect(report.problems).toEqual([]);
    });

    it('says first what would go, by kind and by who made it, and then takes just that', async () => {
      const world = await newWorld();
      await world.stageOf('rejected', 'cleaning', undefined, ['a', 'b', 'c']);
      const before = await keysOf(world.objects);
      const dry = await world.collect({ delete: false });
      expect(await keysOf(world.objects)).toEqual(before);
      expect(dry.deleted).toBe(false);
      expect(dry.stages).toEqual([
        { model, stage: 'cleaning', objects: 5, sizeBytes: expect.any(Number) as number }, // record, directory, 3 files
      ]);
      expect(dry.garbage.map(({ what }) => what).sort()).toEqual([
        'artifacts',
        'cached steps',
        'lineage index',
      ]);
      const { garbage, total } = await world.collect({});
      expect({ garbage, total }).toEqual({ garbage: dry.garbage, total: dry.total });
      expect(await keysOf(world.objects)).toEqual([]);
    });

    it('keeps what is young, and cached steps up to their age limit with all that they rest on', async () => {
      const world = await newWorld();
      const { made, lineage } = await world.stageOf('rejected', 'cleaning', undefined, ['a']);
      await world.artifacts.putBytes('just written', text);
      const after = (ms: number) => () => new Date(Date.now() + ms);
      expect((await world.collect({}, after(dayMs / 2))).total.objects).toBe(0);
      expect((await world.collect({}, after(29 * dayMs))).garbage.map(({ what }) => what)).toEqual([
        'artifacts',
      ]);
      expect(await world.isWhole(made)).toBe(true);
      expect(await world.isWhole(lineage)).toBe(true);
      await world.collect({}, after(31 * dayMs));
      expect(await keysOf(world.objects)).toEqual([]);
    });

    it('takes nothing that a run is writing, however often it collects meanwhile', async () => {
      const world = await newWorld();
      const garbage = await Promise.all(
        Array.from({ length: 20 }, (_, index) => world.artifacts.putBytes(`garbage ${index}`, text)),
      );
      const garbageWritten = Date.now();
      await poll('the clock to go on', () => Date.now() > garbageWritten + 1, 1_000);
      const run = { runId: 'lifecycle/m/writing', startedAt: new Date(), references: [] };
      world.openRuns.push(run);
      const atOnce = { graceMs: 0, reuseMs: 0 }; // the age of what is written protects nothing here
      const written: ArtifactReference[] = [];
      const begun = createGate();
      const writing = (async () => {
        let input: ArtifactReference | undefined;
        for (let step = 0; step < 12; step += 1) {
          const { made, lineage } = await world.stageOf(run.runId, `step ${step}`, input, [
            'a',
            'b',
            'c',
            'd',
          ]);
          written.push(made, lineage);
          input = made;
          begun.open();
        }
      })();
      await begun.opened;
      let collections = 0;
      const ended = writing.then(() => 'written');
      while ((await Promise.race([ended, Promise.resolve('writing')])) === 'writing') {
        await world.collect(atOnce, () => new Date());
        collections += 1;
      }
      expect(collections).toBeGreaterThan(0);
      for (const reference of written) expect(await world.isWhole(reference)).toBe(true);
      for (const reference of garbage) expect(await world.isWhole(reference)).toBe(false);
      const [made, lineage] = written.slice(-2);
      world.addVersion(made, [lineage]);
      world.openRuns.pop();
      await world.collect({});
      expect(await world.isWhole(made)).toBe(true);
    });

    it('takes nothing that is written again while it is looked at', async () => {
      const world = await newWorld();
      const reference = await world.artifacts.putBytes('old bytes', text);
      const key = blobKey(reference.digest);
      const racing: ObjectStore = {
        ...world.objects,
        stat: async (asked) => {
          const found = await world.objects.stat(asked);
          return found && asked === key ? { ...found, lastModified: new Date(Date.now() + 5_000) } : found;
        },
      };
      const { total } = await createCollectionWorld(racing).collect({});
      expect(total.objects).toBe(0);
      expect(await world.isWhole(reference)).toBe(true);
    });

    it('takes nothing at all where a pointer cannot be read', async () => {
      const world = await newWorld();
      const reference = await world.artifacts.putBytes('perhaps a shard', text);
      await world.objects.put('collections/m/sources.json', Buffer.from('{"shards":'));
      await expect(world.collect({})).rejects.toThrow();
      expect(await world.isWhole(reference)).toBe(true);
    });

    it('goes on past a directory that is gone, and says so', async () => {
      const world = await newWorld();
      const { made } = await world.stageOf('made', 'cleaning', undefined, ['a']);
      world.addVersion(made, []);
      await world.objects.remove(blobKey(made.digest));
      const { problems } = await world.collect({ delete: false });
      expect(problems).toEqual([expect.stringContaining(made.digest.slice(7)) as string]);
    });
  });
}
