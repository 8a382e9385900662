// Looks into stored artifacts for a document: shards of documents, labels, the rows of tokens, the answers that a report
// quotes. An artifact of another kind cannot be looked into, and neither can one whose bytes are gone.
import { z } from 'zod';
import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { readJsonLines } from '../json-lines.ts';
import { isLost } from '../store-failure.ts';
import type { DocumentMatcher } from './document-names.ts';

/** A document as its collection brought it. */
export interface FoundDocument {
  readonly id: string;
  readonly uri: string;
  readonly source: string;
  readonly digest: Digest;
  readonly collectedAt: string;
  /** The shard that holds it. */
  readonly shard: ArtifactReference;
}

export interface Holding {
  /** `unknown`: bytes that would tell are gone. */
  readonly held: 'yes' | 'no' | 'unknown';
  /** The very bytes that hold it; some may be gone, or written again by whoever had read them before. */
  readonly blobs: readonly ArtifactReference[];
}

export interface DocumentSearch {
  /** @returns undefined for an artifact that cannot be looked into, such as weights */
  look(reference: ArtifactReference): Promise<Holding | undefined>;
  /** Documents in the shards of collections that were looked into, in the order in which they were met. */
  documents(): readonly FoundDocument[];
}

export interface SearchDependencies {
  readonly artifacts: ArtifactStore;
  readonly matcher: DocumentMatcher;
  /** Bytes of which it is known that they held it, and that are gone because of that. */
  readonly isPurged: (digest: Digest) => boolean;
  /** The shard that took the place of one in which something was forgotten. */
  readonly replacementOf: (digest: Digest) => ArtifactReference | undefined;
  readonly signal?: AbortSignal;
  /** Called once for each artifact that is read. */
  readonly onRead?: () => void;
}

const lineSchema = z.object({
  id: z.string().optional(),
  uri: z.string().optional(),
  digest: z.string().optional(),
  source: z.string().optional(),
  collectedAt: z.string().optional(),
  /** Of a label: the id of its document. */
  document: z.string().optional(),
});
const collectedSchema = z.object({
  ...{ id: z.string(), uri: z.string(), source: z.string(), digest: z.string(), collectedAt: z.string() },
  content: z.object({}),
});

const lineTypes: readonly string[] = [mediaTypes.documents, mediaTypes.labels, mediaTypes.jsonLines];
const free: Holding = { held: 'no', blobs: [] };
const gone: Holding = { held: 'unknown', blobs: [] };

export function createDocumentSearch(dependencies: SearchDependencies): DocumentSearch {
  const { artifacts, matcher, isPurged, replacementOf, signal, onRead } = dependencies;
  const documents = new Map<string, FoundDocument>();
  /** Runs share most of their shards. What was free of the names known then may hold one that was found since. */
  const looked = new Map<Digest, Holding | undefined>();
  let namesKnown = 0;

  async function lookIntoLines(reference: ArtifactReference): Promise<Holding> {
    let held = false;
    for await (const line of readJsonLines(artifacts, reference, z.looseObject({}))) {
      const names = lineSchema.safeParse(line).data;
      if (!names || !matcher.matches({ ...names, id: names.id ?? names.document })) continue;
      held = true;
      const collected = collectedSchema.safeParse(line).data;
      if (!collected) continue;
      const { content: _content, ...document } = collected;
      documents.set(`${document.id} ${document.digest}`, { ...document, shard: reference });
    }
    return held ? { held: 'yes', blobs: [reference] } : free;
  }

  /** Its rows by `documents.json`; what holds counts or is of the vocabulary, other tokens may share. */
  async function lookIntoTokens(files: Readonly<Record<string, ArtifactReference>>): Promise<Holding> {
    const { 'meta.json': _meta, 'continuations.json': _vocabulary, 'documents.json': ids, ...rest } = files;
    const blobs = [...Object.values(rest), ids]; // the ids last: they tell, as long as anything is there
    const found = await lookIntoJson(ids);
    return found.held === 'yes' ? { held: 'yes', blobs } : found;
  }

  async function lookIntoJson(reference: ArtifactReference): Promise<Holding> {
    if (isPurged(reference.digest)) return { held: 'yes', blobs: [reference] };
    const texts = textsOf(await artifacts.readJson(reference, z.json()));
    return texts.some((id) => matcher.matches({ id })) ? { held: 'yes', blobs: [reference] } : free;
  }

  async function lookIntoDirectory(directory: ArtifactReference): Promise<Holding | undefined> {
    const { files } = await artifacts.readDirectory(directory);
    if (Object.hasOwn(files, 'documents.json')) return lookIntoTokens(files);
    const shards = Object.values(files);
    if (!shards.every(({ mediaType }) => lineTypes.includes(mediaType))) return undefined;
    const found: Holding[] = [];
    for (const shard of shards) found.push((await look(shard)) ?? gone);
    return combine(found);
  }

  async function look(reference: ArtifactReference): Promise<Holding | undefined> {
    signal?.throwIfAborted();
    if (matcher.found().size !== namesKnown) looked.clear();
    namesKnown = matcher.found().size;
    if (looked.has(reference.digest)) return looked.get(reference.digest);
    const found = await read(reference);
    looked.set(reference.digest, found);
    return found;
  }

  async function read(reference: ArtifactReference): Promise<Holding | undefined> {
    if (isPurged(reference.digest)) return { held: 'yes', blobs: [reference] };
    const { mediaType } = reference;
    onRead?.();
    try {
      if (mediaType === mediaTypes.directory) return await lookIntoDirectory(reference);
      if (lineTypes.includes(mediaType)) return await lookIntoLines(reference);
      if (mediaType === mediaTypes.json) return await lookIntoJson(reference);
      return undefined;
    } catch (error) {
      // What is damaged has been moved aside by the look, and is gone as well.
      if (!isLost(error)) throw error;
      return lookIntoReplacement(reference);
    }
  }

  /** A shard that is gone since another document of it was forgotten held what its replacement holds. */
  async function lookIntoReplacement({ digest }: ArtifactReference): Promise<Holding> {
    const replacement = replacementOf(digest);
    const found = replacement && (await look(replacement));
    return found ? { ...found, blobs: [] } : gone;
  }

  return { look, documents: () => [...documents.values()] };
}

function combine(found: readonly Holding[]): Holding {
  const held = found.map((it) => it.held);
  const answer = held.includes('yes') ? 'yes' : held.includes('unknown') ? 'unknown' : 'no';
  return { held: answer, blobs: found.flatMap(({ blobs }) => blobs) };
}

/** Every text of a JSON value, wherever it stands; names of members are ours and do not count. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
