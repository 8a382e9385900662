// Lineage as people look at it: a version from traffic back to its documents, a document or a digest forward to every
// version that saw it, and both as OpenLineage events.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { findCheckpoints } from '../artifacts/forgetting/derived-state.ts';
import { openTombstones } from '../artifacts/forgetting/tombstones.ts';
import { createDocumentMatcher } from '../artifacts/lineage/document-names.ts';
import { type RunEvent, toOpenLineage } from '../artifacts/lineage/open-lineage.ts';
import { createDocumentSearch, type FoundDocument } from '../artifacts/lineage/search.ts';
import type { Trace } from '../artifacts/lineage/trace.ts';
import { traceArtifact } from '../artifacts/lineage/trace-artifact.ts';
import { traceDocument } from '../artifacts/lineage/trace-document.ts';
import { kindOf, usesOf } from '../artifacts/lineage/uses.ts';
import {
  flattenLineage,
  type LineageLog,
  type LineageNode,
  type StoredRecord,
} from '../artifacts/lineage.ts';
import type { ObjectStore } from '../artifacts/object-store.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import { type Digest, digestSchema } from '../contracts/artifact.ts';
import type { LineageTree, LineageUses, SeenVersion, VersionLineage } from '../contracts/lineage-view.ts';
import type { LedgerEntry } from '../contracts/registry.ts';
import { challengersOf } from '../contracts/registry.ts';
import { createCollectedDocuments } from './collected-documents.ts';

export interface LineageViewDependencies {
  readonly registry: RegistryReader;
  readonly artifacts: ArtifactStore;
  readonly lineage: LineageLog;
  readonly buckets: { readonly artifacts: ObjectStore };
  /** Name of the bucket of artifacts, for OpenLineage. */
  readonly bucket: string;
}

export type LineageViews = ReturnType<typeof createLineageViews>;

/** What was found of a document or an artifact. */
interface Found {
  readonly kind: LineageUses['kind'];
  readonly trace: Trace;
  readonly documents: readonly FoundDocument[];
  readonly forgottenAt?: string | undefined;
}

export function createLineageViews(dependencies: LineageViewDependencies) {
  const { registry, artifacts, lineage, bucket } = dependencies;
  const objects = dependencies.buckets.artifacts;

  const findDocument = async (text: string): Promise<Found | undefined> => {
    const tombstones = await openTombstones(objects);
    const target = tombstones.digestOf(text);
    const purged = await tombstones.purged();
    const matcher = createDocumentMatcher((name) => name === text);
    const search = createDocumentSearch({
      artifacts,
      matcher,
      isPurged: (digest) => purged.get(digest)?.target === target,
      replacementOf: (digest) => purged.get(digest)?.replacedBy,
    });
    const { documents, trace } = await traceDocument({ lineage, objects, search, matcher });
    if (trace.size === 0) return undefined;
    return { kind: 'document', trace, documents, forgottenAt: await tombstones.forgottenAt(target) };
  };

  const find = async (text: string): Promise<Found | undefined> => {
    const digest = digestSchema.safeParse(text).data;
    const trace = digest && (await traceArtifact(digest, { lineage, artifacts }));
    return trace ? { kind: 'artifact', trace, documents: [] } : findDocument(text);
  };

  const versionsByPackage = async (): Promise<Map<Digest, SeenVersion[]>> => {
    const versions = new Map<Digest, SeenVersion[]>();
    for (const model of await registry.listModels()) {
      for (const { document, state, retrainingDue } of await registry.listVersions(model)) {
        const { digest } = document.package;
        const seen = { model, version: document.version, state, ...(retrainingDue && { retrainingDue }) };
        versions.set(digest, [...(versions.get(digest) ?? []), seen]);
      }
    }
    return versions;
  };

  return {
    /**
     * @param options.documents how many documents of a collection are named
     * @returns undefined where there is no such version
     */
    ofVersion: async (
      model: string,
      version: number,
      options: { readonly documents: number },
    ): Promise<VersionLineage | undefined> => {
      const found = (await registry.listVersions(model)).find(({ document }) => document.version === version);
      if (!found) return undefined;
      const [entries, routing] = await Promise.all([registry.readLedger(model), registry.readRouting(model)]);
      const documentsOf = await createCollectedDocuments({ artifacts, objects, named: options.documents });
      const toTree = async (node: LineageNode): Promise<LineageTree> => ({
        ...describeNode(node),
        documents: await documentsOf(node),
        inputs: await Promise.all(node.inputs.map(toTree)),
      });
      return {
        version: found.document,
        state: found.state,
        ...(routing && { routing }),
        traffic: entries.filter((entry) => concerns(entry, version)),
        tree: await toTree(await lineage.walkLineage(found.document.package)),
      };
    },

    /** @returns the records behind a version as events; undefined where there is no such version */
    eventsOfVersion: async (model: string, version: number): Promise<RunEvent[] | undefined> => {
      const document = await registry.readVersion(model, version);
      if (!document) return undefined;
      const nodes = [...flattenLineage(await lineage.walkLineage(document.package))];
      const records = nodes.flatMap(({ record, recordReference }) =>
        record && recordReference ? [{ record, reference: recordReference }] : [],
      );
      return toOpenLineage(uniqueRecords(records), bucket);
    },

    /**
     * @param text id, URI or content digest of a document, or the digest of an artifact
     * @returns undefined where nothing saw it
     */
    of: async (text: string): Promise<LineageUses | undefined> => {
      const found = await find(text);
      if (!found) return undefined;
      const { kind, trace, documents, forgottenAt } = found;
      const traced = [...trace.values()];
      const ofKind = (wanted: string) => traced.filter((artifact) => kindOf(artifact) === wanted);
      const versions = await versionsByPackage();
      const runs = new Set(traced.flatMap(({ madeBy }) => madeBy.map(({ record }) => record.runId)));
      const pointers = kind === 'document' ? await findCheckpoints(objects, runs) : [];
      return {
        of: text,
        kind,
        documents: documents.map(({ shard, ...document }) => ({ ...document, shard: shard.digest })),
        ...(forgottenAt !== undefined && { forgottenAt }),
        datasets: ofKind('dataset').map(({ reference }) => reference.digest),
        checkpoints: [
          ...ofKind('checkpoint').map(({ reference }) => reference.digest),
          ...pointers.map(({ key }) => key),
        ],
        versions: traced.flatMap(({ reference }) => versions.get(reference.digest) ?? []),
        tree: usesOf(trace, versions),
      };
    },

    /** @returns the records of the stages that saw it as events; undefined where nothing saw it */
    eventsOf: async (text: string): Promise<RunEvent[] | undefined> => {
      const found = await find(text);
      return (
        found &&
        toOpenLineage(uniqueRecords([...found.trace.values()].flatMap(({ madeBy }) => madeBy)), bucket)
      );
    },
  };
}

function describeNode({ role, reference, record, repeated }: LineageNode) {
  const { stage, step, endedAt, metrics } = record ?? {};
  return { role, reference, stage, step, endedAt, metrics, repeated };
}

function uniqueRecords(records: readonly StoredRecord[]): StoredRecord[] {
  return [...new Map(records.map((record) => [record.reference.digest, record])).values()];
}

/** Whether an entry moved a version in or out of traffic. */
function concerns({ change }: LedgerEntry, version: number): boolean {
  switch (change.kind) {
    case 'challenge':
      return challengersOf(change).includes(version);
    case 'promote':
    case 'withdraw':
    case 'rollback':
      return change.version === version;
    default:
      return false;
  }
}
