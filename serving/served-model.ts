// One model as a gateway serves it: follows the routing, loads and unloads versions, holds a lease that says so.
import type { Leases } from '../artifacts/leases.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { ResponseIds } from '../artifacts/response-ids.ts';
import { isLost } from '../artifacts/store-failure.ts';
import type { RoutingDocument } from '../contracts/registry.ts';
import { challengersOf } from '../contracts/registry.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { LoadedVersion } from './loaded-version.ts';

/** Without a confirmed routing for so long, only the champion answers. */
const trustRoutingMs = 30_000;
/** A package that was damaged may have been made again: a try that fails costs a request or two. */
const retryDamagedMs = 10_000;
/** A lease outlives two missed renewals. */
const leaseMs = 5_000;

export interface ServedModelDependencies {
  readonly replica: string;
  readonly registry: RegistryReader;
  readonly leases: Leases;
  readonly responseIds: ResponseIds;
  readonly load: (model: string, version: number) => Promise<LoadedVersion>;
  readonly metrics: Pick<Metrics, 'followRouting'>;
  readonly log: { info(message: string): void; warn(message: string): void };
}

export type ServedModel = ReturnType<typeof createServedModel>;

export function createServedModel(model: string, dependencies: ServedModelDependencies) {
  const { replica, registry, leases, metrics, log } = dependencies;
  const versions = new Map<number, LoadedVersion>();
  const failed = new Map<number, string>();
  /** When a version whose package is damaged may be tried again. */
  const retryAt = new Map<number, number>();
  let routing: RoutingDocument | undefined;
  let confirmedAt = 0;

  const load = async (version: number): Promise<void> => {
    try {
      const loaded = await dependencies.load(model, version);
      versions.set(version, loaded);
      failed.delete(version);
      log.info(`${model}@${version} answers`);
      void loaded.ended.then(() => {
        if (versions.get(version) === loaded) versions.delete(version); // the next refresh loads it again
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (isLost(error)) retryAt.set(version, Date.now() + retryDamagedMs);
      else retryAt.delete(version);
      if (failed.get(version) !== reason) log.warn(`${model}@${version} cannot be loaded: ${reason}`);
      failed.set(version, reason);
    }
  };

  /** Loads what the routing names before it takes effect, so that no request waits for a model. */
  const adopt = async (next: RoutingDocument): Promise<void> => {
    const wanted = [next.champion, ...challengersOf(next), next.previous].filter(
      (version) => version !== undefined,
    );
    const missing = wanted.filter((version) => !versions.has(version));
    // A version whose loading failed is tried again when a new routing names it, or its package may be whole again.
    const retry = next.generation !== routing?.generation;
    const isDue = (version: number) =>
      retry || !failed.has(version) || (retryAt.get(version) ?? Infinity) <= Date.now();
    await Promise.all(missing.filter(isDue).map(load));
    if (retry) await showRouting(next);
    routing = next;
    for (const [version, loaded] of versions) {
      if (wanted.includes(version)) continue;
      versions.delete(version);
      loaded.retire();
    }
  };

  const showRouting = async (next: RoutingDocument): Promise<void> => {
    const champion =
      next.champion === undefined ? undefined : await registry.readVersion(model, next.champion);
    metrics.followRouting(next, champion && new Date(champion.createdAt));
  };

  return {
    model,
    /** Reads the routing, adopts it where it is newer, and renews the lease. */
    refresh: async (): Promise<void> => {
      const newer = await registry.readRoutingAfter(model, routing?.generation ?? 0);
      confirmedAt = Date.now();
      const next = newer ?? routing;
      if (next) await adopt(next);
      await leases.write({
        replica,
        model,
        generation: routing?.generation ?? 0,
        ready: [...versions.keys()],
        failed: Object.fromEntries([...failed].map(([version, reason]) => [String(version), reason])),
        expiresAt: new Date(Date.now() + leaseMs).toISOString(),
      });
    },
    /** @returns the routing to answer by: without the challenger where the routing is too old to be trusted */
    routing: (): RoutingDocument | undefined => {
      if (!routing || Date.now() - confirmedAt <= trustRoutingMs) return routing;
      const { challenger: _challenger, ...champion } = routing;
      return champion;
    },
    /** Names of answers. */
    responseIds: dependencies.responseIds,
    version: (version: number): LoadedVersion | undefined => versions.get(version),
    /** Ends the processes and gives up the lease, so that nobody waits for this gateway. */
    stop: async (): Promise<void> => {
      for (const loaded of versions.values()) loaded.stop();
      versions.clear();
      await leases.remove(model, replica);
    },
  };
}
