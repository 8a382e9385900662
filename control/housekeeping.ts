// Housekeeping as it is asked for over HTTP: one collection at a time, and never without knowing which runs are open.
import { randomUUID } from 'node:crypto';
import { collectGarbage, leastGraceMs } from '../artifacts/housekeeping/collect-garbage.ts';
import { createHolds, type Holds } from '../artifacts/housekeeping/holds.ts';
import { referencesIn } from '../artifacts/housekeeping/reachability.ts';
import { measureSizes } from '../artifacts/housekeeping/sizes.ts';
import type { OpenStore } from '../artifacts/open.ts';
import type { OpenRunHistory } from '../client/open-runs.ts';
import type { CollectionReport, CollectionRequest, Sizes } from '../contracts/housekeeping.ts';

export interface HousekeepingDependencies {
  readonly store: Pick<OpenStore, 'artifacts' | 'buckets' | 'cache' | 'claims' | 'registry'>;
  readonly readOpenRuns: () => Promise<OpenRunHistory[]>;
  /** As the workers have it. */
  readonly cacheDays: number;
}

export interface Housekeeping {
  readonly holds: Holds;
  sizes(): Promise<Sizes>;
  /** @returns undefined where another collection is at work */
  collect(request: CollectionRequest): Promise<CollectionReport | undefined>;
}

const hourMs = 3_600_000;

export function createHousekeeping({
  store,
  readOpenRuns,
  cacheDays,
}: HousekeepingDependencies): Housekeeping {
  const { artifacts, buckets, cache, claims, registry } = store;
  const objects = buckets.artifacts;
  const holds = createHolds(objects, artifacts);
  const findOpenRuns = async () =>
    (await readOpenRuns()).map(({ runId, startedAt, values }) => ({
      ...{ runId, startedAt, references: values.flatMap(referencesIn) },
    }));
  return {
    holds,
    sizes: () => measureSizes({ objects, registry: buckets.registry, artifacts }),
    async collect({ delete: remove, olderThanHours }) {
      const claim = await claims.take('garbage-collection', randomUUID());
      if (!claim.taken) return undefined;
      try {
        return await collectGarbage(
          { objects, artifacts, cache, claims, registry, holds, findOpenRuns, now: () => new Date() },
          {
            delete: remove,
            cacheAgeMs: cacheDays * 24 * hourMs,
            ...(olderThanHours !== undefined && { graceMs: Math.max(leastGraceMs, olderThanHours * hourMs) }),
          },
        );
      } finally {
        await claim.release();
      }
    },
  };
}
