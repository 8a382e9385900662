// Lineage: a record for each stage that ran, found again from what it wrote (back to the documents) and from what it
// read (forward, see lineage/trace.ts). Index: `lineage/by-output/<hex>/<record hex>`, `lineage/by-input/…`.
import type { ArtifactReference, Digest } from '../contracts/artifact.ts';
import { artifactReferenceSchema, mediaTypes } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { LineageInput, LineageRecord } from '../contracts/lineage.ts';
import { lineageRecordSchema } from '../contracts/lineage.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { parseJson } from './artifact-store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ObjectStore } from './object-store.ts';
import { readObject } from './object-store.ts';

/** Index objects written at once: enough to hide the store's latency. */
const writesInFlight = 16;

/** An artifact and the stage that made it; the tree's leaves are artifacts that no stage made. */
export interface LineageNode {
  readonly reference: ArtifactReference;
  /** What it was to the stage above it; `start` at the root. */
  readonly role: string;
  readonly record?: LineageRecord;
  readonly recordReference?: ArtifactReference;
  /** What the stage read, or what the directory holds where no stage made it as a whole. */
  readonly inputs: readonly LineageNode[];
  /** Its inputs stand elsewhere in the tree already. */
  readonly repeated: boolean;
}

/** A record, and itself as an artifact. */
export interface StoredRecord {
  readonly reference: ArtifactReference;
  readonly record: LineageRecord;
}

export interface LineageLog {
  /** Stores the record and its index entries; the same record twice is one. */
  record(record: LineageInput): Promise<ArtifactReference>;
  read(reference: ArtifactReference): Promise<LineageRecord>;
  /** Records of the stages that wrote it, those that computed it first, then in the order of their end. */
  findProducers(digest: Digest): Promise<StoredRecord[]>;
  /** Records of the stages that read it, or a directory that it is a file of, in the same order. */
  findReaders(digest: Digest): Promise<StoredRecord[]>;
  /** Every record, once, in no order of meaning. */
  records(): AsyncGenerator<StoredRecord, void, undefined>;
  /** The tree from an artifact back to what nobody made. */
  walkLineage(reference: ArtifactReference): Promise<LineageNode>;
}

type Direction = 'by-output' | 'by-input';
const hexOf = (digest: Digest): string => digest.slice('sha256:'.length);

export function createLineageLog(objects: ObjectStore, artifacts: ArtifactStore): LineageLog {
  const read = (reference: ArtifactReference) => artifacts.readJson(reference, lineageRecordSchema);

  /** The digests by which an artifact is looked for: its own, and those of the files in a directory. */
  async function digestsOf(reference: ArtifactReference): Promise<Digest[]> {
    if (reference.mediaType !== mediaTypes.directory) return [reference.digest];
    const { files } = await artifacts.readDirectory(reference);
    const inner = await Promise.all(Object.values(files).map(digestsOf));
    return [reference.digest, ...inner.flat()];
  }

  async function index(
    direction: Direction,
    references: ArtifactReference[],
    record: ArtifactReference,
  ): Promise<void> {
    const digests = new Set((await Promise.all(references.map(digestsOf))).flat());
    const keys = [...digests].map(
      (digest) => `lineage/${direction}/${hexOf(digest)}/${hexOf(record.digest)}`,
    );
    const body = Buffer.from(canonicalJson(record));
    for (let start = 0; start < keys.length; start += writesInFlight) {
      const batch = keys.slice(start, start + writesInFlight);
      await Promise.all(batch.map((key) => objects.put(key, body, { contentType: 'application/json' })));
    }
  }

  async function readEntry(key: string): Promise<StoredRecord | undefined> {
    const entry = await readObject(objects, key);
    if (entry === undefined) return undefined; // removed between listing and reading
    const reference = parseJson(entry.toString(), artifactReferenceSchema, key);
    try {
      return { reference, record: await read(reference) };
    } catch (error) {
      if (isGone(error)) return undefined; // collected as garbage: nobody knows any more
      throw error;
    }
  }

  async function lookUp(direction: Direction, digest: Digest): Promise<StoredRecord[]> {
    const found: StoredRecord[] = [];
    for await (const { key } of objects.list(`lineage/${direction}/${hexOf(digest)}/`)) {
      const entry = await readEntry(key);
      if (entry) found.push(entry);
    }
    return found.sort((a, b) => compareRecords(a.record, b.record));
  }

  /** Nothing where the directory itself is gone: what it was made from is known all the same. */
  async function filesOf(directory: ArtifactReference): Promise<Readonly<Record<string, ArtifactReference>>> {
    try {
      return (await artifacts.readDirectory(directory)).files;
    } catch (error) {
      if (isGone(error)) return {};
      throw error;
    }
  }

  async function grow(reference: ArtifactReference, role: string, seen: Set<Digest>): Promise<LineageNode> {
    if (seen.has(reference.digest)) return { reference, role, inputs: [], repeated: true };
    seen.add(reference.digest);
    const producer = (await lookUp('by-output', reference.digest)).at(0);
    const below =
      producer?.record.inputs ??
      (reference.mediaType === mediaTypes.directory ? await filesOf(reference) : {});
    const inputs: LineageNode[] = [];
    for (const [name, input] of Object.entries(below)) inputs.push(await grow(input, name, seen));
    const made = producer && { record: producer.record, recordReference: producer.reference };
    return { reference, role, ...made, inputs, repeated: false };
  }

  return {
    async record(input) {
      const record = lineageRecordSchema.parse(input);
      const reference = await artifacts.putJson(record, mediaTypes.lineage);
      await index('by-input', Object.values(record.inputs), reference);
      await index('by-output', Object.values(record.outputs), reference);
      return reference;
    },
    read,
    findProducers: (digest) => lookUp('by-output', digest),
    walkLineage: (reference) => grow(reference, 'start', new Set()),
    findReaders: (digest) => lookUp('by-input', digest),
    async *records() {
      const seen = new Set<string>();
      for await (const { key } of objects.list('lineage/by-output/')) {
        const record = key.slice(key.lastIndexOf('/') + 1);
        if (seen.has(record)) continue;
        seen.add(record);
        const entry = await readEntry(key);
        if (entry) yield entry;
      }
    },
  };
}

const isGone = (error: unknown): boolean =>
  error instanceof CoppiceFailure && error.type === 'ArtifactNotFound';

function compareRecords(a: LineageRecord, b: LineageRecord): number {
  if (a.cached !== b.cached) return a.cached ? 1 : -1;
  return a.endedAt < b.endedAt ? -1 : 1;
}

/** The tree as lines, parents before children. */
export function* flattenLineage(node: LineageNode, depth = 0): Generator<LineageNode & { depth: number }> {
  yield { ...node, depth };
  for (const input of node.inputs) yield* flattenLineage(input, depth + 1);
}
