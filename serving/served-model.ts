// One model as a gateway serves it: follows the routing, loads and unloads versions, holds a lease that says so.
import type { Leases } from '../artifacts/leases.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { ResponseIds } from '../artifacts/response-ids.ts';
import { isLost } from '../artifacts/store-failure.ts';
import type { RoutingDocument } from '../contracts/registry.ts';
import { challengersOf } from '../contracts/registry.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import type { LoadedVersion } from './loaded-version.ts';
import { standInOf } from './stand-in.ts';

/** Without a confirmed routing for so long, only the champion answers. */
const trustRoutingMs = 30_000;
/** A package that was damaged may have been made again: a try that fails costs a request or two. */
const retryDamagedMs = 10_000;
/** Memory or time may have been short: a try costs seconds of a processor. */
const retryMs = 60_000;
/** A lease outlives two missed renewals. */
const leaseMs = 5_000;

export interface ServedModelDependencies {
  readonly replica: string;
  readonly registry: RegistryReader;
  readonly leases: Leases;
  readonly responseIds: ResponseIds;
  readonly load: (model: string, version: number) => Promise<LoadedVersion>;
  readonly metrics: Pick<Metrics, 'followRouting' | 'showChampion'>;
  readonly log: { info(message: string): void; warn(message: string): void };
}

export type ServedModel = ReturnType<typeof createServedModel>;

export function createServedModel(model: string, dependencies: ServedModelDependencies) {
  const { replica, registry, leases, metrics, log } = dependencies;
  const versions = new Map<number, LoadedVersion>();
  const failed = new Map<number, string>();
  /** When a version that could not be loaded is tried again. */
  const retryAt = new Map<number, number>();
  const loading = new Set<number>();
  let standIn: number | undefined;
  let routing: RoutingDocument | undefined;
  let confirmedAt = 0;

  const load = async (version: number): Promise<void> => {
    loading.add(version);
    try {
      const loaded = await dependencies.load(model, version);
      versions.set(version, loaded);
      failed.delete(version);
      log.info(`${model}@${version} answers`);
      void loaded.ended.then(() => {
        if (versions.get(version) !== loaded) return;
        versions.delete(version); // the next refresh loads it again
        showChampion();
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      retryAt.set(version, Date.now() + (isLost(error) ? retryDamagedMs : retryMs));
      if (failed.get(version) !== reason) log.warn(`${model}@${version} cannot be loaded: ${reason}`);
      failed.set(version, reason);
    } finally {
      loading.delete(version);
    }
  };

  /** Loads what the routing names before it takes effect, so that no request waits for a model. */
  const adopt = async (next: RoutingDocument): Promise<void> => {
    const wanted = [next.champion, ...challengersOf(next), next.previous].filter(
      (version) => version !== undefined,
    );
    const isNew = next.generation !== routing?.generation;
    const missing = wanted.filter((version) => !versions.has(version) && !loading.has(version));
    // What failed is tried again when a new routing names it, and now and then beside the refreshes, which hold the lease.
    const again = isNew ? [] : missing.filter((version) => failed.has(version));
    for (const version of again) if ((retryAt.get(version) ?? 0) <= Date.now()) void load(version);
    await Promise.all(missing.filter((version) => !again.includes(version)).map(load));
    if (isNew) await showRouting(next);
    routing = next;
    for (const [version, loaded] of versions) {
      if (wanted.includes(version)) continue;
      versions.delete(version);
      loaded.retire();
    }
    showChampion();
  };

  /** Says so where the champion is not loaded, and who answers in its place. */
  const showChampion = (): void => {
    const { champion } = routing ?? {};
    if (!routing || champion === undefined) return;
    const isLoaded = versions.has(champion);
    metrics.showChampion(model, champion, isLoaded);
    const before = standIn;
    standIn = standInOf((version) => versions.get(version), routing)?.version;
    if (standIn !== undefined && standIn !== before)
      log.warn(`${model}@${standIn} answers in the place of ${model}@${champion}, which is not loaded`);
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
