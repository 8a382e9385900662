// The content-addressed store: immutable bytes under their SHA-256, directories as manifests. What is there already is
// not uploaded again; every read is verified.
import { mkdir } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { ArtifactReference, DirectoryManifest } from '../contracts/artifact.ts';
import { directoryManifestSchema, mediaTypes } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import { blobKey, createBlobs, digestOf } from './blobs.ts';
import { canonicalJson } from './canonical-json.ts';
import { downloadTo } from './download.ts';
import { inFlight } from './in-flight.ts';
import type { ObjectStore } from './object-store.ts';
import { ObjectExists } from './object-store.ts';
import type { SlicedBody } from './sliced-body.ts';
import { spool } from './spool.ts';
import { isLost } from './store-failure.ts';

/** What bytes are called; annotations travel with the reference and are not stored. */
interface ArtifactDescription {
  readonly mediaType: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the store tells whoever counts. */
export interface StoreMetrics {
  observeTransfer(transfer: { direction: 'upload' | 'download'; sizeBytes: number; seconds: number }): void;
  countCorruptArtifact(): void;
}

/**
 * Immutable artifacts by reference. Reads fail with ArtifactNotFound, ArtifactCorrupt (the object has been moved to
 * `quarantine/`) or ArtifactStoreUnavailable; writes with the last.
 */
export interface ArtifactStore {
  putBytes(bytes: Uint8Array | string, description: ArtifactDescription): Promise<ArtifactReference>;
  /** Any size: hashed on the way, spooled to a temporary file above 16 MiB, uploaded in parts above 64 MiB. */
  putStream(source: AsyncIterable<unknown>, description: ArtifactDescription): Promise<ArtifactReference>;
  /** Canonical JSON, so that equal values are one artifact. @throws NotCanonical for NaN and the like */
  putJson(value: unknown, mediaType?: string): Promise<ArtifactReference>;
  /** @param files by relative path; `..` and absolute paths are refused */
  putDirectory(files: Readonly<Record<string, ArtifactReference>>): Promise<ArtifactReference>;
  readBytes(reference: ArtifactReference): Promise<Buffer>;
  /** @throws CoppiceFailure InvalidInput where the JSON is not what the schema says */
  readJson<T>(reference: ArtifactReference, schema: z.ZodType<T>): Promise<T>;
  /** Verified at the end: rely on nothing before the stream has ended without an error. */
  openStream(reference: ArtifactReference): Promise<Readable>;
  readDirectory(reference: ArtifactReference): Promise<DirectoryManifest>;
  /**
   * A file at `path`, or a folder of files for a directory; nothing appears under a name before it is verified. What is
   * there and whole is not fetched again, and what broke off goes on, also that of a process that was killed.
   */
  download(reference: ArtifactReference, path: string): Promise<void>;
  /** Present with the right size, all files of a directory included; the bytes are not read. */
  has(reference: ArtifactReference): Promise<boolean>;
}

/** How long bytes that are there already are not uploaded again; see artifacts/housekeeping/. */
export const reusableForMs = 30 * 60_000;

/** Up to here it is cheaper to send the bytes than to ask first whether they are there. */
const smallBytes = 64 * 1024;

/** Files of a directory that are downloaded at once: enough to hide the store's latency. */
const filesInFlight = 4;

/** Paths of a directory, or the reason to refuse it. */
function checkNames(files: Readonly<Record<string, ArtifactReference>>): void {
  const bad = Object.keys(files).filter(
    (name) => isAbsolute(name) || normalize(name) !== name || name.startsWith('..'),
  );
  if (bad.length > 0)
    throw new CoppiceFailure('InvalidInput', `not relative paths: ${bad.join(', ')}`, { bad });
}

/** @returns false where the key was taken */
async function succeeds(create: () => Promise<void>): Promise<boolean> {
  try {
    await create();
    return true;
  } catch (error) {
    if (error instanceof ObjectExists) return false;
    throw error;
  }
}

export function createArtifactStore(objects: ObjectStore, metrics?: StoreMetrics): ArtifactStore {
  const blobs = createBlobs(objects, () => metrics?.countCorruptArtifact());

  async function timed<T>(
    direction: 'upload' | 'download',
    sizeBytes: number,
    action: () => Promise<T>,
  ): Promise<T> {
    const start = performance.now();
    const result = await action();
    metrics?.observeTransfer({ direction, sizeBytes, seconds: (performance.now() - start) / 1000 });
    return result;
  }

  async function isStored({ digest, sizeBytes }: ArtifactReference): Promise<boolean> {
    return (await objects.stat(blobKey(digest)))?.sizeBytes === sizeBytes;
  }

  /** What is old is written again: garbage collection sees from its age that somebody counts on it. */
  async function isReusable({ digest, sizeBytes }: ArtifactReference): Promise<boolean> {
    const found = await objects.stat(blobKey(digest));
    return found?.sizeBytes === sizeBytes && Date.now() - found.lastModified.getTime() < reusableForMs;
  }

  /** A truncated object of that name is written over; one that is whole is left alone. */
  async function upload(reference: ArtifactReference, body: Buffer | SlicedBody): Promise<ArtifactReference> {
    const { digest, mediaType, sizeBytes } = reference;
    const put = (condition: { ifNoneMatch?: true }) =>
      timed('upload', sizeBytes, () =>
        objects.put(blobKey(digest), body, { ...condition, contentType: mediaType }),
      );
    const isNew = sizeBytes <= smallBytes && (await succeeds(() => put({ ifNoneMatch: true })));
    if (!isNew && !(await isReusable(reference))) await put({});
    return reference;
  }

  const putBytes: ArtifactStore['putBytes'] = (bytes, { mediaType, annotations = {} }) => {
    const body =
      typeof bytes === 'string'
        ? Buffer.from(bytes)
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return upload({ digest: digestOf(body), mediaType, sizeBytes: body.length, annotations }, body);
  };

  const readBytes: ArtifactStore['readBytes'] = (reference) =>
    timed('download', reference.sizeBytes, () => blobs.read(reference));

  const readJson = async <T>(reference: ArtifactReference, schema: z.ZodType<T>): Promise<T> => {
    const text = (await readBytes(reference)).toString('utf8');
    return parseJson(text, schema, `${blobKey(reference.digest)} (${reference.mediaType})`);
  };

  const readDirectory = async (reference: ArtifactReference): Promise<DirectoryManifest> => {
    const manifest = await readJson(reference, directoryManifestSchema);
    checkNames(manifest.files);
    return manifest;
  };

  const downloadFile = async (reference: ArtifactReference, path: string): Promise<void> =>
    timed('download', reference.sizeBytes, () => downloadTo(path, reference, blobs));

  async function download(reference: ArtifactReference, path: string): Promise<void> {
    if (reference.mediaType !== mediaTypes.directory) return downloadFile(reference, path);
    await mkdir(path, { recursive: true });
    const { files } = await readDirectory(reference);
    await inFlight(Object.entries(files), filesInFlight, ([name, file]) => download(file, join(path, name)));
  }

  async function has(reference: ArtifactReference): Promise<boolean> {
    if (!(await isStored(reference))) return false;
    if (reference.mediaType !== mediaTypes.directory) return true;
    try {
      const files = Object.values((await readDirectory(reference)).files);
      return (await Promise.all(files.map(has))).every(Boolean);
    } catch (error) {
      if (isLost(error)) return false;
      throw error;
    }
  }

  return {
    putBytes,
    async putStream(source, { mediaType, annotations = {} }) {
      const spooled = await spool(source);
      try {
        const { hex, sizeBytes, body } = spooled;
        return await upload({ digest: `sha256:${hex}`, mediaType, sizeBytes, annotations }, body);
      } finally {
        await spooled.dispose();
      }
    },
    putJson: (value, mediaType = mediaTypes.json) => putBytes(canonicalJson(value), { mediaType }),
    putDirectory: async (files) => {
      checkNames(files);
      return putBytes(canonicalJson({ files }), { mediaType: mediaTypes.directory });
    },
    readBytes,
    readJson,
    openStream: async (reference) => (await blobs.open(reference)).stream,
    readDirectory,
    download,
    has,
  };
}

/** @throws CoppiceFailure InvalidInput that names what was read and every problem */
export function parseJson<T>(text: string, schema: z.ZodType<T>, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CoppiceFailure('InvalidInput', `${what} is not JSON`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || '(whole)'}: ${message}`,
  );
  throw new CoppiceFailure('InvalidInput', `${what} is not what it should be: ${problems.join('; ')}`, {
    problems,
  });
}
