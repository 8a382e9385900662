// What holds a document or a subject: shards of collections, what was made of them, entries of the step cache,
// checkpoints, versions, and what gateways wrote down. Reads only, but for the salt of a store that never forgot.

import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import type { ForgettingSurvey, HoldingKind } from '../../contracts/forgetting.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { blobKey } from '../blobs.ts';
import { createDocumentMatcher } from '../lineage/document-names.ts';
import { createDocumentSearch } from '../lineage/search.ts';
import type { TracedArtifact } from '../lineage/trace.ts';
import { traceDocument } from '../lineage/trace-document.ts';
import type { LineageLog } from '../lineage.ts';
import type { ObjectStore } from '../object-store.ts';
import type { RegistryReader } from '../registry/registry-reader.ts';
import { findCaches, findCheckpoints } from './derived-state.ts';
import { findObservations } from './observations.ts';
import type { Tombstones } from './tombstones.ts';
import { packagedFiles, versionsAmong } from './versions.ts';

export interface SurveyDependencies {
  readonly artifacts: ArtifactStore;
  /** The bucket of artifacts. */
  readonly objects: ObjectStore;
  readonly lineage: LineageLog;
  readonly registry: Pick<RegistryReader, 'listModels' | 'listVersions'>;
  readonly tombstones: Tombstones;
  readonly signal?: AbortSignal;
  readonly onRead?: () => void;
}

const kinds: Readonly<Record<string, HoldingKind>> = {
  labels: 'labels',
  problems: 'problems',
  tokens: 'tokens',
  tokenizer: 'tokenizer',
  weights: 'weights',
  report: 'report',
  evidence: 'report',
};

/** @param target keyed digest of what is to be forgotten */
export async function surveyHoldings(
  target: string,
  dependencies: SurveyDependencies,
): Promise<ForgettingSurvey> {
  const { artifacts, objects, tombstones, registry } = dependencies;
  const known = new Set([target, ...(await tombstones.namesOf(target))]);
  const isLookedFor = (name: string) => known.has(tombstones.digestOf(name));
  const purged = await tombstones.purged();
  const matcher = createDocumentMatcher(isLookedFor);
  const search = createDocumentSearch({
    ...dependencies,
    matcher,
    isPurged: (digest) => purged.get(digest)?.target === target,
    replacementOf: (digest) => purged.get(digest)?.replacedBy,
  });
  const { documents, trace } = await traceDocument({ ...dependencies, search, matcher });
  const traced = [...trace.values()];
  const shards = unique(documents.map(({ shard }) => shard));
  const answers: string[] = [];
  const observations = await findObservations(objects, isLookedFor, {
    ...dependencies,
    onAnswer: (id) => answers.push(id),
  });
  const versions = await versionsAmong(trace, registry);
  const kept = await packagedFiles(artifacts, registry);
  const blobs = await blobsToRemove(traced, { ...dependencies, shards, kept });
  const runs = new Set(traced.flatMap(({ madeBy }) => madeBy.map(({ record }) => record.runId)));
  const touched = new Set<Digest>([...shards, ...blobs.map(({ reference }) => reference)].map(digestOf));
  // Versions stay, and later ones are compared with them: that one was is no reason to forget the comparison.
  for (const { role, reference } of traced) if (role !== 'package') touched.add(reference.digest);
  const forgottenAt = await tombstones.forgottenAt(target);
  return {
    target,
    names: [...matcher.found(), ...answers].map(tombstones.digestOf),
    documentCount: new Set(documents.map(({ id }) => id)).size,
    shards,
    blobs,
    caches: await findCaches(objects, touched),
    checkpoints: await findCheckpoints(objects, runs),
    observations,
    versions,
    models: [
      ...new Set([
        ...traced.flatMap(({ madeBy }) => madeBy.map(({ record }) => record.model)),
        ...observations.map(({ model }) => model),
      ]),
    ].sort(),
    ...(forgottenAt !== undefined && { forgottenAt }),
  };
}

const digestOf = ({ digest }: ArtifactReference): Digest => digest;

function unique(references: readonly ArtifactReference[]): ArtifactReference[] {
  return [...new Map(references.map((reference) => [reference.digest, reference])).values()];
}

interface Removal extends SurveyDependencies {
  readonly shards: readonly ArtifactReference[];
  /** Files of the packages of versions: they serve until others take their place. */
  readonly kept: ReadonlySet<Digest>;
}

async function blobsToRemove(
  traced: readonly TracedArtifact[],
  removal: Removal,
): Promise<ForgettingSurvey['blobs']> {
  const { objects, shards, kept } = removal;
  const records = new Set(traced.flatMap(({ madeBy }) => madeBy.map(({ reference }) => reference.digest)));
  const spared = new Set([...shards.map(digestOf), ...kept]);
  const blobs = new Map<Digest, ForgettingSurvey['blobs'][number]>();
  for (const artifact of traced) {
    if (artifact.role === 'package') continue; // of a rejected run: its weights are those of the training
    for (const reference of artifact.blobs ?? (await learnedBlobs(artifact, records, removal))) {
      if (spared.has(reference.digest)) continue;
      if ((await objects.stat(blobKey(reference.digest))) === undefined) continue;
      const kind = Object.hasOwn(kinds, artifact.role) ? kinds[artifact.role] : 'dataset';
      blobs.set(reference.digest, { kind, reference });
    }
  }
  return [...blobs.values()];
}

/** What was learned from it, where nobody made the same of something else. Configuration says nothing of documents. */
async function learnedBlobs(
  { reference }: TracedArtifact,
  records: ReadonlySet<Digest>,
  { artifacts, lineage, objects }: Removal,
): Promise<ArtifactReference[]> {
  const isDirectory = reference.mediaType === mediaTypes.directory;
  if (isDirectory && (await objects.stat(blobKey(reference.digest))) === undefined) return [];
  const files = isDirectory ? Object.values((await artifacts.readDirectory(reference)).files) : [reference];
  const learned: ArtifactReference[] = [];
  for (const file of files) {
    if (file.mediaType === mediaTypes.json) continue;
    const producers = await lineage.findProducers(file.digest);
    if (producers.every((producer) => records.has(producer.reference.digest))) learned.push(file);
  }
  return learned;
}
