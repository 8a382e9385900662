// Blobs by digest, as they lie in the bucket: reading is verifying. A blob whose bytes are not those that its name
// promises is moved aside, so that nobody reads it again and its stage can write it anew.
import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { Readable, TransformCallback } from 'node:stream';
import { pipeline, Transform } from 'node:stream';
import type { ArtifactReference, Digest } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { ObjectStore, ReadingPoint } from './object-store.ts';

/** Up to here a blob is read in one piece. */
const smallBytes = 64 * 1024;

/** @returns the key of a blob; the digest's algorithm is part of it, so that another can follow */
export function blobKey(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** @returns `sha256:<hex>` */
export function digestOf(bytes: Buffer | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * Hashes while the next bytes are on their way, into one buffer of the right size.
 * @returns a digest of too few bytes where the stream has another length
 */
async function readExactly(stream: Readable, sizeBytes: number): Promise<{ bytes: Buffer; digest: Digest }> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  const hash = createHash('sha256');
  let filled = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (filled + chunk.length > sizeBytes) break;
    hash.update(chunk);
    filled += chunk.copy(bytes, filled);
  }
  return { bytes, digest: `sha256:${hash.digest('hex')}` };
}

/** A reading that goes on: the point, and the hash of all before it. */
export interface BegunReading extends ReadingPoint {
  readonly hash: Hash;
}

/** Reading side of the artifact store. */
export interface Blobs {
  /** Whole and verified. @throws CoppiceFailure ArtifactNotFound, ArtifactCorrupt, ArtifactStoreUnavailable */
  read(reference: ArtifactReference): Promise<Buffer>;
  /** Verified at its end: what came before must not be relied on until the stream has ended without an error. */
  open(reference: ArtifactReference, begun?: BegunReading): Promise<{ stream: Readable; etag: string }>;
}

export function createBlobs(objects: ObjectStore, onCorrupt: () => void): Blobs {
  const named = async <T>({ digest, mediaType }: ArtifactReference, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof CoppiceFailure) || error.type !== 'ArtifactNotFound') throw error;
      const message = `${objects.location} holds no ${blobKey(digest)} (${mediaType})`;
      throw new CoppiceFailure('ArtifactNotFound', message, { digest, mediaType });
    }
  };

  const get = (reference: ArtifactReference, rest?: ReadingPoint) =>
    named(reference, () => objects.get(blobKey(reference.digest), rest));

  async function readSmall(reference: ArtifactReference): Promise<Buffer> {
    const bytes = await named(reference, () => objects.read(blobKey(reference.digest), reference.sizeBytes));
    if (bytes.length === reference.sizeBytes && digestOf(bytes) === reference.digest) return bytes;
    throw await condemn(reference);
  }

  /** Looks again before it condemns: what the wire damaged is sound in the store. */
  async function condemn(reference: ArtifactReference): Promise<CoppiceFailure> {
    const key = blobKey(reference.digest);
    const { stream, etag } = await get(reference);
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    const found = `sha256:${hash.digest('hex')}`;
    if (found === reference.digest && sizeBytes === reference.sizeBytes) {
      const message = `${objects.location}: ${key} was damaged on its way; the stored object is sound`;
      return new CoppiceFailure('ArtifactStoreUnavailable', message, { digest: reference.digest });
    }
    if (found === reference.digest) {
      const message = `${key} has ${sizeBytes} bytes, its reference says ${reference.sizeBytes}: the reference is wrong`;
      return new CoppiceFailure('InvariantViolated', message, { digest: reference.digest });
    }
    onCorrupt();
    const quarantine = `quarantine/${key}`;
    await objects.copy(key, quarantine);
    // Written anew in the meantime? Then it stays.
    if ((await objects.stat(key))?.etag === etag) await objects.remove(key);
    const message =
      `${objects.location}: ${key} is corrupt (${sizeBytes} bytes of ${found}, expected ${reference.sizeBytes} bytes);` +
      ` moved to ${quarantine}`;
    return new CoppiceFailure('ArtifactCorrupt', message, { digest: reference.digest, found, quarantine });
  }

  /** Passes bytes on and fails at their end where they were not the promised ones. */
  function createVerifier(reference: ArtifactReference, begun?: BegunReading): Transform {
    const hash = begun?.hash ?? createHash('sha256');
    let sizeBytes = begun?.start ?? 0;
    const settle = (callback: TransformCallback): void => {
      condemn(reference).then(callback, callback);
    };
    return new Transform({
      transform(chunk: Buffer, _encoding, callback) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        if (sizeBytes > reference.sizeBytes) settle(callback);
        else callback(null, chunk);
      },
      flush(callback) {
        const sound =
          sizeBytes === reference.sizeBytes && `sha256:${hash.digest('hex')}` === reference.digest;
        if (sound) callback();
        else settle(callback);
      },
    });
  }

  return {
    async read(reference) {
      if (reference.sizeBytes <= smallBytes) return readSmall(reference);
      const { stream, sizeBytes } = await get(reference);
      if (sizeBytes !== reference.sizeBytes) {
        stream.destroy();
        throw await condemn(reference);
      }
      const { bytes, digest } = await readExactly(stream, sizeBytes);
      if (digest !== reference.digest) throw await condemn(reference);
      return bytes;
    },
    async open(reference, begun) {
      const { stream, etag } = await get(reference, begun && { start: begun.start, etag: begun.etag });
      // The reader sees the failure on the verifier; pipeline only ends the other side.
      return { stream: pipeline(stream, createVerifier(reference, begun), () => undefined), etag };
    },
  };
}
