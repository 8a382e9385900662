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
import type { StoredObject } from '../object-store.ts';
import { createStageSizes, findMakers } from './makers.ts';
import { findReachable } from './reachability.ts';
import { type OpenRun, type RootSources, readRoots } from './roots.ts';
import { createSweep } from './sweep.ts';

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
  const { objects, artifacts, cache, claims, findOpenRuns, now } = dependencies;
  const at = now().getTime();
  const runs = await findOpenRuns();
  const starts = [
    ...runs.map(({ startedAt }) => startedAt),
    ...(await claims.list()).map(({ since }) => since),
  ];
  const { graceMs = defaultGraceMs, reuseMs = reusableForMs, cacheAgeMs } = options;
  const before = Math.min(at - graceMs, ...starts.map((start) => start.getTime() - reuseMs));
  const isOlder = ({ lastModified }: StoredObject, thanMs: number) => lastModified.getTime() < thanMs;
  const sweep = createSweep(objects, options.delete);
  const expired = at - cacheAgeMs - expiryMarginMs;

  for await (const { object, entry } of cache.list()) {
    const usedAt = entry ? Date.parse(entry.usedAt) : object.lastModified.getTime();
    if (usedAt < expired) await sweep.take('cached steps', object);
  }
  for await (const object of objects.list('checkpoints/')) {
    const isOpen = runs.some(({ runId }) => object.key.startsWith(`checkpoints/${runId}/`));
    if (!isOpen && isOlder(object, Math.min(before, expired))) await sweep.take('checkpoints', object);
  }
  const roots = await readRoots(dependencies, runs, sweep.taken);
  const reachable = await findReachable(artifacts, roots.references);
  const kept = new Set<Digest>([...reachable.digests, ...roots.digests]);
  const makers = await findMakers(objects, artifacts);

  for await (const object of objects.list('quarantine/'))
    if (isOlder(object, Math.min(before, expired))) await sweep.take('quarantine', object);
  for await (const object of objects.list('claims/'))
    if (isOlder(object, before)) await sweep.take('claims', object);
  // The index goes first: an entry whose record is gone would be an error, a record without an entry is merely not found.
  for await (const object of objects.list('lineage/by-')) {
    const record = `sha256:${object.key.slice(object.key.lastIndexOf('/') + 1)}`;
    if (!kept.has(record) && isOlder(object, before)) await sweep.take('lineage index', object);
  }
  const stages = createStageSizes();
  const stays = { objects: 0, sizeBytes: 0 };
  for await (const object of objects.list(blobKey('sha256:'))) {
    const digest = `sha256:${object.key.slice(blobKey('sha256:').length)}`;
    if (!kept.has(digest) && isOlder(object, before) && (await sweep.take('artifacts', object))) {
      const maker = makers.get(digest);
      if (maker) stages.add(maker, object.sizeBytes);
    } else {
      stays.objects += 1;
      stays.sizeBytes += object.sizeBytes;
    }
  }
  const garbage = await sweep.finish();
  return {
    deleted: options.delete,
    at: new Date(at).toISOString(),
    before: new Date(before).toISOString(),
    roots: roots.counts,
    kept: stays,
    garbage,
    stages: stages.rows(),
    total: sum(garbage),
    problems: reachable.unreadable.map(({ reason }) => reason),
  };
}

function sum(amounts: readonly Amount[]): { objects: number; sizeBytes: number } {
  return {
    objects: amounts.reduce((total, it) => total + it.objects, 0),
    sizeBytes: amounts.reduce((total, it) => total + it.sizeBytes, 0),
  };
}
