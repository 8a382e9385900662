// Versions among what saw a document, and the files that versions need to serve.
import type { Digest } from '../../contracts/artifact.ts';
import type { ForgettingSurvey } from '../../contracts/forgetting.ts';
import type { VersionDocument } from '../../contracts/registry.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import type { RegistryReader } from '../registry/registry-reader.ts';
import { isLost } from '../store-failure.ts';

type Registry = Pick<RegistryReader, 'listModels' | 'listVersions'>;

async function allVersions(registry: Registry): Promise<VersionDocument[]> {
  const models = await registry.listModels();
  const versions = await Promise.all(models.map((model) => registry.listVersions(model)));
  return versions.flat().map(({ document }) => document);
}

/** @param seen artifacts by digest */
export async function versionsAmong(
  seen: ReadonlyMap<Digest, unknown>,
  registry: Registry,
): Promise<ForgettingSurvey['versions']> {
  const versions = await allVersions(registry);
  return versions
    .filter((version) => seen.has(version.package.digest))
    .map(({ model, version }) => ({ model, version }));
}

/** Digests of the files of every version's package. */
export async function packagedFiles(artifacts: ArtifactStore, registry: Registry): Promise<Set<Digest>> {
  const digests = new Set<Digest>();
  for (const { package: directory } of await allVersions(registry)) {
    try {
      const { files } = await artifacts.readDirectory(directory);
      for (const { digest } of Object.values(files)) digests.add(digest);
    } catch (error) {
      // A version whose package is gone needs nothing of it.
      if (!isLost(error)) throw error;
    }
  }
  return digests;
}
