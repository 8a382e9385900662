// The port under everything here: one bucket of an S3-like store, by key. What the vendor is stands in another file
// (minio-object-store.ts); memory-object-store.ts is the fake, held to the same contract suite.
import type { Readable } from 'node:stream';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { SlicedBody } from './sliced-body.ts';

/** What a listing or a look at one object says about it. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModified: Date;
}

/**
 * An object on its way out of the store. The stream goes on by range where a connection breaks off; it fails with a
 * CoppiceFailure, never with the vendor's error.
 */
export interface ObjectBody {
  readonly stream: Readable;
  /** Of the whole object, whichever part of it is read. */
  readonly sizeBytes: number;
  readonly etag: string;
}

/** Where a reading goes on that broke off, and the object that it was of. */
export interface ReadingPoint {
  /** Bytes that have been read: fewer than the object has. */
  readonly start: number;
  readonly etag: string;
}

interface PutOptions {
  /** Write only where nothing stands under the key; bodies must be buffers. */
  readonly ifNoneMatch?: true;
  readonly contentType?: string;
}

/** What the bucket can do. */
export interface BucketState {
  readonly objectLock: boolean;
}

/** One bucket. Every method fails with ArtifactStoreUnavailable where the store does not answer. */
export interface ObjectStore {
  /** For messages: address and bucket. */
  readonly location: string;
  /**
   * Large bodies go up in parts, and a put that failed, or whose process was killed, goes on with the parts that did not
   * arrive when it is tried again.
   * @throws ObjectExists with `ifNoneMatch` where the key is taken
   */
  put(key: string, body: Buffer | SlicedBody, options?: PutOptions): Promise<void>;
  /**
   * @param rest reads what follows a point; absent: the whole
   * @throws CoppiceFailure ArtifactNotFound; ObjectChanged where another object stands under the key by now
   */
  get(key: string, rest?: ReadingPoint): Promise<ObjectBody>;
  /**
   * A small object in one piece: cheaper than a stream that can go on, asked again as a whole where its connection breaks.
   * @param limitBytes reading ends behind it: an object that is larger is not the one that was meant
   * @throws CoppiceFailure ArtifactNotFound
   */
  read(key: string, limitBytes?: number): Promise<Buffer>;
  /** @returns undefined where there is no such object */
  stat(key: string): Promise<StoredObject | undefined>;
  /** In the order of the keys' UTF-8 bytes; `after` is exclusive and need not exist. */
  list(prefix: string, options?: { readonly after?: string }): AsyncGenerator<StoredObject, void, undefined>;
  /** @throws CoppiceFailure ArtifactNotFound */
  copy(from: string, to: string): Promise<void>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /**
   * Creates the bucket where it is missing. With `objectLock` a new bucket keeps every version of an object for
   * `retentionDays` (GOVERNANCE mode), where the store can; the answer says whether it does.
   */
  ensureBucket(options: {
    readonly objectLock: boolean;
    readonly retentionDays?: number;
  }): Promise<BucketState>;
}

/** A conditional write found the key taken: somebody was faster. */
export class ObjectExists extends Error {
  readonly key: string;

  constructor(key: string) {
    super(`${key} exists already`);
    this.name = 'ObjectExists';
    this.key = key;
  }
}

/** The object is not the one that a reading began with. */
export class ObjectChanged extends Error {
  readonly key: string;

  constructor(key: string) {
    super(`${key} is another object than the one that was read before`);
    this.name = 'ObjectChanged';
    this.key = key;
  }
}

/**
 * Reads a small object whole.
 * @returns undefined where there is no such object
 */
export async function readObject(objects: ObjectStore, key: string): Promise<Buffer | undefined> {
  try {
    return await objects.read(key);
  } catch (error) {
    if (error instanceof CoppiceFailure && error.type === 'ArtifactNotFound') return undefined;
    throw error;
  }
}

/** Writes only where nothing stands under the key. @returns false where something does */
export async function putIfAbsent(objects: ObjectStore, key: string, body: Buffer): Promise<boolean> {
  try {
    await objects.put(key, body, { ifNoneMatch: true, contentType: 'application/json' });
    return true;
  } catch (error) {
    if (error instanceof ObjectExists) return false;
    throw error;
  }
}
