// Packages of versions that cannot be relied on: those in service by a look at what is there and at what gateways say,
// one of them by reading every byte.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Leases } from '../artifacts/leases.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import { lookAtPackage, readPackage } from '../artifacts/package-damage.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { RoutingDocument, VersionDocument } from '../contracts/registry.ts';
import { challengersOf } from '../contracts/registry.ts';
import type { DamagedFile, Inspection } from '../contracts/repair.ts';

export interface DamageViewDependencies {
  readonly registry: RegistryReader;
  readonly artifacts: ArtifactStore;
  readonly leases: Leases;
  readonly buckets: { readonly artifacts: ObjectStore };
}

export type DamageViews = ReturnType<typeof createDamageViews>;

export function createDamageViews({ registry, artifacts, leases, buckets }: DamageViewDependencies) {
  const inspect = async (
    document: VersionDocument,
    look: () => Promise<DamagedFile[]>,
  ): Promise<Inspection> => {
    const { model, version } = document;
    const [damaged, held] = await Promise.all([look(), leases.read(model, new Date())]);
    const refusals = held.flatMap(({ replica, failed }) =>
      Object.hasOwn(failed, String(version)) ? [[replica, failed[String(version)]] as const] : [],
    );
    return { model, version, damaged, refusedBy: Object.fromEntries(refusals) };
  };

  const ofModel = async (model: string): Promise<Inspection[]> => {
    const versions = versionsIn(await registry.readRouting(model));
    const found = await Promise.all(
      versions.map(async (version) => {
        const document = await registry.readVersion(model, version);
        return document && inspect(document, () => lookAtPackage(artifacts, document.package));
      }),
    );
    return found.filter((it) => it !== undefined);
  };

  return {
    /** Every byte of a version's package. @returns undefined where there is no such version */
    ofVersion: async (model: string, version: number): Promise<Inspection | undefined> => {
      const document = await registry.readVersion(model, version);
      return (
        document && inspect(document, () => readPackage(document, { artifacts, objects: buckets.artifacts }))
      );
    },
    /** Versions in service, or that a rollback goes to, of which something is gone or that a gateway refuses. */
    inService: async (): Promise<Inspection[]> => {
      const models = await registry.listModels();
      const found = (await Promise.all(models.map(ofModel))).flat();
      return found.filter(({ damaged, refusedBy }) => damaged.length + Object.keys(refusedBy).length > 0);
    },
  };
}

function versionsIn(routing: RoutingDocument | undefined): number[] {
  const named = [routing?.champion, ...challengersOf(routing), routing?.previous];
  return named.filter((version) => version !== undefined);
}
