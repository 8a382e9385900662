// The registry as people look at it: models, versions, and the files of a version.
import type { Readable } from 'node:stream';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { RegistryReader, VersionWithState } from '../artifacts/registry/registry-reader.ts';
import type { ArtifactReference, DirectoryManifest } from '../contracts/artifact.ts';
import type { ModelSummary, VersionSummary } from '../contracts/control-api.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import { formatVersion } from '../contracts/registry.ts';

export interface RegistryViewDependencies {
  readonly registry: RegistryReader;
  readonly artifacts: ArtifactStore;
}

export type RegistryViews = ReturnType<typeof createRegistryViews>;

export function createRegistryViews({ registry, artifacts }: RegistryViewDependencies) {
  const readText = async (reference: ArtifactReference, what: string): Promise<string> => {
    try {
      return (await artifacts.readBytes(reference)).toString('utf8');
    } catch (error) {
      if (!(error instanceof CoppiceFailure) || error.type !== 'ArtifactNotFound') throw error;
      const message = `${what} is gone: a report goes when a document that it quotes is forgotten`;
      throw Object.assign(new Error(message), { statusCode: 410 });
    }
  };

  return {
    models: async (): Promise<ModelSummary[]> =>
      Promise.all((await registry.listModels()).map(async (model) => summarizeModel(registry, model))),
    model: (model: string): Promise<ModelSummary> => summarizeModel(registry, model),
    /** @returns the evidence as it was stored, JSON; undefined where there is no such version */
    evidence: async (model: string, version: number): Promise<string | undefined> => {
      const document = await registry.readVersion(model, version);
      return document && readText(document.evidence, `the evidence of ${formatVersion(model, version)}`);
    },
    /** @returns the files of a version's package, undefined where there is no such version */
    packageFiles: async (model: string, version: number): Promise<DirectoryManifest | undefined> => {
      const document = await registry.readVersion(model, version);
      return document && artifacts.readDirectory(document.package);
    },
    openFile: (reference: ArtifactReference): Promise<Readable> => artifacts.openStream(reference),
    report: async (model: string, version: number): Promise<string | undefined> => {
      const document = await registry.readVersion(model, version);
      return document && readText(document.report, `the report of ${formatVersion(model, version)}`);
    },
  };
}

async function summarizeModel(registry: RegistryReader, model: string): Promise<ModelSummary> {
  const [routing, versions] = await Promise.all([registry.readRouting(model), registry.listVersions(model)]);
  return { model, ...(routing && { routing }), versions: versions.map(summarizeVersion) };
}

function summarizeVersion({ document, state, retrainingDue }: VersionWithState): VersionSummary {
  const { model, version, createdAt, basedOn, hyperparameters, precision, trigger, metrics } = document;
  return {
    model,
    version,
    state,
    ...(retrainingDue && { retrainingDue }),
    createdAt,
    ...(basedOn !== undefined && { basedOn }),
    ...(hyperparameters && { hyperparameters }),
    ...(precision && { precision }),
    trigger,
    metrics,
    digest: document.package.digest,
  };
}
