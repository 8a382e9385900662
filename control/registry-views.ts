// The registry as people look at it: models, versions, lineage from traffic back to documents.
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { readJsonLines } from '../artifacts/json-lines.ts';
import type { LineageLog, LineageNode } from '../artifacts/lineage.ts';
import type { RegistryReader, VersionWithState } from '../artifacts/registry/registry-reader.ts';
import { type ArtifactReference, type DirectoryManifest, mediaTypes } from '../contracts/artifact.ts';
import type { LineageTree, ModelSummary, VersionLineage, VersionSummary } from '../contracts/control-api.ts';
import type { LedgerEntry } from '../contracts/registry.ts';

export interface RegistryViewDependencies {
  readonly registry: RegistryReader;
  readonly artifacts: ArtifactStore;
  readonly lineage: LineageLog;
}

/** How many documents of a collection are named in a tree. */
const namedDocuments = 5;

export type RegistryViews = ReturnType<typeof createRegistryViews>;

export function createRegistryViews({ registry, artifacts, lineage }: RegistryViewDependencies) {
  /** The documents that a collection brought, where the node is what a collection made. */
  const documentsOf = async ({
    reference,
    record,
    repeated,
  }: LineageNode): Promise<LineageTree['documents']> => {
    if (repeated || record?.stage !== 'collection' || reference.mediaType !== mediaTypes.directory)
      return undefined;
    const { files } = await artifacts.readDirectory(reference);
    const first: string[] = [];
    let count = 0;
    for (const name of Object.keys(files).sort()) {
      for await (const { id } of readJsonLines(artifacts, files[name], z.object({ id: z.string() }))) {
        if (count < namedDocuments) first.push(id);
        count += 1;
      }
    }
    return { count, first };
  };

  const toTree = async (node: LineageNode): Promise<LineageTree> => ({
    role: node.role,
    reference: node.reference,
    stage: node.record?.stage,
    step: node.record?.step,
    endedAt: node.record?.endedAt,
    metrics: node.record?.metrics,
    documents: await documentsOf(node),
    repeated: node.repeated,
    inputs: await Promise.all(node.inputs.map(toTree)),
  });

  return {
    models: async (): Promise<ModelSummary[]> =>
      Promise.all((await registry.listModels()).map(async (model) => summarizeModel(registry, model))),
    model: (model: string): Promise<ModelSummary> => summarizeModel(registry, model),
    /** @returns undefined where there is no such version */
    lineage: async (model: string, version: number): Promise<VersionLineage | undefined> => {
      const document = await registry.readVersion(model, version);
      if (!document) return undefined;
      const entries = await registry.readLedger(model);
      const tree = await toTree(await lineage.walkLineage(document.package));
      return { version: document, traffic: entries.filter((entry) => concerns(entry, version)), tree };
    },
    /** @returns the evidence as it was stored, JSON; undefined where there is no such version */
    evidence: async (model: string, version: number): Promise<string | undefined> => {
      const document = await registry.readVersion(model, version);
      return document && (await artifacts.readBytes(document.evidence)).toString('utf8');
    },
    /** @returns the files of a version's package, undefined where there is no such version */
    packageFiles: async (model: string, version: number): Promise<DirectoryManifest | undefined> => {
      const document = await registry.readVersion(model, version);
      return document && artifacts.readDirectory(document.package);
    },
    openFile: (reference: ArtifactReference): Promise<Readable> => artifacts.openStream(reference),
    report: async (model: string, version: number): Promise<string | undefined> => {
      const document = await registry.readVersion(model, version);
      return document && (await artifacts.readBytes(document.report)).toString('utf8');
    },
  };
}

async function summarizeModel(registry: RegistryReader, model: string): Promise<ModelSummary> {
  const [routing, versions] = await Promise.all([registry.readRouting(model), registry.listVersions(model)]);
  return { model, ...(routing && { routing }), versions: versions.map(summarizeVersion) };
}

function summarizeVersion({ document, state, retrainingDue }: VersionWithState): VersionSummary {
  const { model, version, createdAt, basedOn, trigger, metrics } = document;
  return {
    model,
    version,
    state,
    ...(retrainingDue && { retrainingDue }),
    createdAt,
    ...(basedOn !== undefined && { basedOn }),
    trigger,
    metrics,
    digest: document.package.digest,
  };
}

function concerns({ change }: LedgerEntry, version: number): boolean {
  switch (change.kind) {
    case 'register':
    case 'apply':
      return false;
    case 'challenge':
      return change.challenger.version === version;
    case 'promote':
    case 'withdraw':
    case 'rollback':
      return change.version === version;
    case 'mark-for-retraining':
      return false;
  }
}
