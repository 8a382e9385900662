// Garbage collection by reachability: what no version, open run, hold or cached step leads to, and what is old enough that
// nobody can be about to count on it.
//
// Nothing in use goes, without locks, by ages alone. A writer that finds its bytes stored already writes them again
// where they are older than `reusableForMs`, so an artifact that an open run counts on was written after its start less
// that time: such artifacts stay, reached or not. A cached step is answered with only up to its age limit, and is young
// again before it is; it goes an hour later. What is written anew between the last look at an object and its removal,
// some milliseconds, is found gone by its reader, and its stage runs again.
import type { Digest } from '../../contracts/artifact.ts';
import type { Amount, CollectionReport } from '../../contracts/housekeeping.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { reusableForMs } from '../artifact-store.ts';
import { blobKey } from '../blobs.ts';
import type { Claims } from '../claims.ts';
import type { ObjectStore, StoredObject } from '../object-store.ts';
import { sweepCaptures } from './captures.ts';
import { createStageSizes, findMakers, type Maker } from './makers.ts';
import { findReachable } from './reachability.ts';
import { type OpenRun, type RootSources, readRoots } from './roots.ts';
import { createSweep, type Sweep } from './sweep.ts';

export interface CollectionDependencies extends RootSources {
  readonly artifacts: ArtifactStore;
  readonly claims: Claims;
  /** Asked before anything is looked at. */
  readonly findOpenRuns: () => Promise<OpenRun[]>;
  readonly now: () => Date;
}

export interface CollectionOptions {
  /** False: nothing is removed. */
  readonly delete: boolean;
  /** As the step cache has it. */
  readonly cacheAgeMs: number;
  /** What is younger stays. Default: a day; not below `leastGraceMs`. */
  readonly graceMs?: number;
  /** As the artifact store has it. */
  readonly reuseMs?: number;
}

const defaultGraceMs = 24 * 3_600_000;
/** Of a run that has just started, and that the server does not list yet: what it counts on may be so old. */
export const leastGraceMs = 2 * reusableForMs;
/** Between the last time that a cached step is answered with and its removal: clocks differ, and processes pause. */
const expiryMarginMs = 3_600_000;

/** @throws CoppiceFailure where a document that leads to others is forged or cannot be read: then nothing has gone */
export async function collectGarbage(
  dependencies: CollectionDependencies,
  options: CollectionOptions,
): Promise<CollectionReport> {
  const { objects, artifacts, claims, findOpenRuns, now } = dependencies;
  const at = now().getTime();
  const runs = await findOpenRuns();
  const { graceMs = defaultGraceMs, reuseMs = reusableForMs, cacheAgeMs } = options;
  const starts = [
    ...runs.map(({ startedAt }) => startedAt),
    ...(await claims.list()).map(({ since }) => since),
  ];
  const before = Math.min(at - graceMs, ...starts.map((start) => start.getTime() - reuseMs));
  const ages = { before, expired: at - cacheAgeMs - expiryMarginMs };
  const sweep = createSweep(objects, options.delete);

  await sweepRoots(dependencies, sweep, { ...ages, runs });
  const roots = await readRoots(dependencies, runs, sweep.taken);
  const reachable = await findReachable(artifacts, roots.references);
  const kept = new Set<Digest>([...reachable.digests, ...roots.digests]);
  const makers = await findMakers(objects, artifacts);
  await sweepRecords(objects, sweep, { ...ages, kept });
  await sweepCaptures(dependencies, sweep, at);
  const { stays, stages } = await sweepBlobs(objects, sweep, { before, kept, makers });

  const garbage = await sweep.finish();
  return {
    deleted: options.delete,
    at: new Date(at).toISOString(),
    before: new Date(before).toISOString(),
    roots: roots.counts,
    kept: stays,
    garbage,
    stages,
    total: sum(garbage),
    problems: reachable.unreadable.map(({ reason }) => reason),
  };
}

/** Milliseconds: what is older may go, and what belongs to closed runs and caches, later. */
interface Ages {
  readonly before: number;
  readonly expired: number;
}

const isOlder = ({ lastModified }: StoredObject, thanMs: number) => lastModified.getTime() < thanMs;

/** What leads to artifacts, and need not any more. */
async function sweepRoots(
  { cache, objects }: CollectionDependencies,
  sweep: Sweep,
  { before, expired, runs }: Ages & { readonly runs: readonly OpenRun[] },
): Promise<void> {
  for await (const { object, entry } of cache.list()) {
    const usedAt = entry ? Date.parse(entry.usedAt) : object.lastModified.getTime();
    if (usedAt < expired) await sweep.take('cached steps', object);
  }
  for await (const object of objects.list('checkpoints/')) {
    const isOpen = runs.some(({ runId }) => object.key.startsWith(`checkpoints/${runId}/`));
    if (!isOpen && isOlder(object, Math.min(before, expired))) await sweep.take('checkpoints', object);
  }
}

/** What is written down about artifacts and work, and leads to nothing. */
async function sweepRecords(
  objects: ObjectStore,
  sweep: Sweep,
  { before, expired, kept }: Ages & { readonly kept: ReadonlySet<Digest> },
): Promise<void> {
  for await (const object of objects.list('quarantine/'))
    if (isOlder(object, Math.min(before, expired))) await sweep.take('quarantine', object);
  for await (const object of objects.list('claims/'))
    if (isOlder(object, before)) await sweep.take('claims', object);
  // Before the records themselves: an entry whose record is gone would be an error, a record without one is not found.
  for await (const object of objects.list('lineage/by-')) {
    const record = `sha256:${object.key.slice(object.key.lastIndexOf('/') + 1)}`;
    if (!kept.has(record) && isOlder(object, before)) await sweep.take('lineage index', object);
  }
}

async function sweepBlobs(
  objects: ObjectStore,
  sweep: Sweep,
  { before, kept, makers }: { before: number; kept: ReadonlySet<Digest>; makers: ReadonlyMap<Digest, Maker> },
): Promise<Pick<CollectionReport, 'stages'> & { stays: CollectionReport['kept'] }> {
  const stages = createStageSizes();
  const stays = { objects: 0, sizeBytes: 0 };
  const prefix = blobKey('sha256:');
  for await (const object of objects.list(prefix)) {
    const digest = `sha256:${object.key.slice(prefix.length)}`;
    if (!kept.has(digest) && isOlder(object, before) && (await sweep.take('artifacts', object))) {
      const maker = makers.get(digest);
      if (maker) stages.add(maker, object.sizeBytes);
    } else {
      stays.objects += 1;
      stays.sizeBytes += object.sizeBytes;
    }
  }
  return { stages: stages.rows(), stays };
}

function sum(amounts: readonly Amount[]): { objects: number; sizeBytes: number } {
  return {
    objects: amounts.reduce((total, it) => total + it.objects, 0),
    sizeBytes: amounts.reduce((total, it) => total + it.sizeBytes, 0),
  };
}
