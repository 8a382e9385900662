// A bucket of MinIO, or of anything else that speaks S3, through npm minio.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Client } from 'minio';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { PartUploads } from './multipart-upload.ts';
import { multipartFromBytes, uploadInParts } from './multipart-upload.ts';
import type { BucketState, ObjectStore, StoredObject } from './object-store.ts';
import { ObjectChanged, ObjectExists } from './object-store.ts';
import type { PresignedRequest } from './presigned.ts';
import { createPresignedSender, etagOf, finish } from './presigned.ts';
import type { AskForBytes } from './resumable-get.ts';
import { openResumable } from './resumable-get.ts';
import { withRetries } from './retrying.ts';
import type { SlicedBody } from './sliced-body.ts';
import { slicesOfBuffer } from './sliced-body.ts';
import { codeOf, toStoreFailure } from './store-failure.ts';
import { createTransport } from './store-transport.ts';

export interface MinioOptions {
  /** Such as `http://127.0.0.1:9000`. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  readonly bucket: string;
  /** Silence of the store after which it counts as gone. */
  readonly silenceMs?: number;
}

/** Below this a presigned URL costs more than the hashes that it spares; ledger and pointers keep their checksum. */
const presignFromBytes = 256 * 1024;
const presignedSeconds = 900;
/** Of a condition that does not hold, and of a range beyond the end of a shorter object. */
const otherObjectCodes = new Set(['PreconditionFailed', 'InvalidRange']);
const unlockedCodes = new Set(['ObjectLockConfigurationNotFoundError', 'NotImplemented', 'MethodNotAllowed']);

/** The client's methods on locks, whose first overloads say void and return promises. */
interface BucketLocks {
  getObjectLockConfig(bucket: string): Promise<unknown>;
  setObjectLockConfig(
    bucket: string,
    config: { readonly mode: 'GOVERNANCE'; readonly unit: 'Days'; readonly validity: number },
  ): Promise<void>;
}

/** The client's own listing of parts, which its types keep to itself. */
interface PartLister {
  listParts(bucket: string, key: string, uploadId: string): ReturnType<PartUploads['listParts']>;
}

/** An item of a recursive listing, as the client gives it. */
interface StoredItem {
  readonly name: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: Date;
}

/** Whether the bucket keeps what is written to it; a store without object lock says that it does not. */
async function lockState(client: BucketLocks, bucket: string): Promise<BucketState> {
  try {
    const found = await client.getObjectLockConfig(bucket);
    const enabled =
      typeof found === 'object' && found !== null && 'objectLockEnabled' in found && found.objectLockEnabled;
    return { objectLock: enabled === 'Enabled' };
  } catch (error) {
    if (unlockedCodes.has(codeOf(error))) return { objectLock: false };
    throw error;
  }
}

/** By events, which cost less than an iterator where there is one chunk. */
function readUpTo(stream: Readable, limitBytes = Infinity): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const end = () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, sizeBytes));
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes) return;
      end();
      stream.destroy();
    });
    stream.once('end', end);
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the connection broke off')));
  });
}

async function makeBucket(client: Client, bucket: string, options: { region: string; objectLock: boolean }) {
  try {
    await client.makeBucket(bucket, options.region, { ObjectLocking: options.objectLock });
  } catch (error) {
    const code = codeOf(error);
    // Another process was faster.
    if (code === 'BucketAlreadyOwnedByYou' || code === 'BucketAlreadyExists') return;
    if (!options.objectLock || !unlockedCodes.has(code)) throw error;
    await makeBucket(client, bucket, { ...options, objectLock: false });
  }
}

/** Creates a bucket of the store. @param options where, with which credentials, and how long to wait */
export function createMinioObjectStore(options: MinioOptions): ObjectStore {
  const { bucket, region, silenceMs = 30_000 } = options;
  const endpoint = new URL(options.endpoint);
  const secure = endpoint.protocol === 'https:';
  const transport = createTransport(secure, silenceMs);
  const client = new Client({
    endPoint: endpoint.hostname,
    ...(endpoint.port === '' ? {} : { port: Number(endpoint.port) }),
    useSSL: secure,
    accessKey: options.accessKey,
    secretKey: options.secretKey,
    region,
    transport,
    // The client's own retries print to the console; ours are the workflow's.
    retryOptions: { disableRetry: true },
  });
  const locks: BucketLocks = client;
  const send = createPresignedSender(transport);
  const location = `${options.endpoint.replace(/\/$/, '')}/${bucket}`;

  async function attempt<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof ObjectExists || error instanceof ObjectChanged) throw error;
      throw toStoreFailure(error, doing, location);
    }
  }

  async function create(key: string, body: Buffer, contentType: string): Promise<void> {
    const headers = { 'Content-Type': contentType, 'If-None-Match': '*' };
    let times = 0;
    try {
      await withRetries(() => {
        times += 1;
        return client.putObject(bucket, key, body, body.length, headers);
      });
    } catch (error) {
      // S3 answers 409 instead where two conditional writes meet.
      if (!['PreconditionFailed', 'ConditionalRequestConflict'].includes(codeOf(error))) throw error;
      // Where it was sent twice, what is there can be what the first sending wrote.
      if (times === 1 || !(await holds(key, body))) throw new ObjectExists(key);
    }
  }

  async function holds(key: string, body: Buffer): Promise<boolean> {
    const chunks = await withRetries(async () => (await client.getObject(bucket, key)).toArray());
    return Buffer.concat(chunks as Buffer[]).equals(body);
  }

  async function presigned(
    method: 'GET' | 'PUT',
    key: string,
    { query, ...request }: Pick<PresignedRequest, 'headers' | 'body'> & { query?: Record<string, string> },
  ): Promise<IncomingMessage> {
    const url = await client.presignedUrl(method, bucket, key, presignedSeconds, query);
    return send({ method, url, ...request });
  }

  const partUploads = (key: string, contentType: string): PartUploads => ({
    find: () => client.findUploadId(bucket, key),
    begin: () => client.initiateNewMultipartUpload(bucket, key, { 'Content-Type': contentType }),
    listParts: (uploadId) => (client as unknown as PartLister).listParts(bucket, key, uploadId),
    putPart: async (uploadId, part, { bytes, sizeBytes }) => {
      const query = { partNumber: String(part), uploadId };
      const headers = { 'content-length': sizeBytes };
      return etagOf(await finish(await presigned('PUT', key, { query, headers, body: bytes })));
    },
    complete: (uploadId, parts) => client.completeMultipartUpload(bucket, key, uploadId, [...parts]),
    storedBytes: async () => (await look(key))?.sizeBytes,
  });

  async function write(key: string, body: Buffer | SlicedBody, contentType: string): Promise<void> {
    const sliced = Buffer.isBuffer(body) ? slicesOfBuffer(body) : body;
    const { sizeBytes } = sliced;
    if (sizeBytes >= multipartFromBytes) {
      await uploadInParts(sliced, partUploads(key, contentType));
      return;
    }
    if (sizeBytes < presignFromBytes && Buffer.isBuffer(body)) {
      const headers = { 'Content-Type': contentType };
      await withRetries(() => client.putObject(bucket, key, body, sizeBytes, headers));
      return;
    }
    const headers = { 'content-length': sizeBytes, 'content-type': contentType };
    await withRetries(async () =>
      finish(await presigned('PUT', key, { headers, body: sliced.slice(0, sizeBytes) })),
    );
  }

  async function look(key: string): Promise<StoredObject | undefined> {
    try {
      const { size, etag, lastModified } = await withRetries(() => client.statObject(bucket, key));
      return { key, sizeBytes: size, etag, lastModified };
    } catch (error) {
      if (['NotFound', 'NoSuchKey'].includes(codeOf(error))) return undefined;
      throw error;
    }
  }

  async function* list(prefix: string, after: string): AsyncGenerator<StoredObject, void, undefined> {
    try {
      for await (const item of client.listObjectsV2(
        bucket,
        prefix,
        true,
        after,
      ) as AsyncIterable<StoredItem>) {
        yield { key: item.name, sizeBytes: item.size, etag: item.etag, lastModified: item.lastModified };
      }
    } catch (error) {
      throw toStoreFailure(error, `list ${prefix}`, location);
    }
  }

  return {
    location,
    put: (key, body, { ifNoneMatch, contentType = 'application/octet-stream' } = {}) =>
      attempt(`put ${key}`, async () => {
        if (!ifNoneMatch) {
          await write(key, body, contentType);
          return;
        }
        if (!Buffer.isBuffer(body)) {
          throw new CoppiceFailure('InvariantViolated', `a conditional write of ${key} takes a buffer`);
        }
        await create(key, body, contentType);
      }),
    get: (key, from) => {
      const ask: AskForBytes = (rest) =>
        withRetries(() =>
          presigned('GET', key, {
            headers: rest ? { range: `bytes=${rest.start}-`, 'if-match': `"${rest.etag}"` } : {},
          }),
        );
      const toFailure = (error: unknown) => toStoreFailure(error, `get ${key}`, location);
      return attempt(`get ${key}`, async () => {
        try {
          return await openResumable(ask, toFailure, from);
        } catch (error) {
          if (otherObjectCodes.has(codeOf(error))) throw new ObjectChanged(key);
          throw error;
        }
      });
    },
    read: (key, limitBytes) =>
      attempt(`get ${key}`, () =>
        withRetries(async () => readUpTo(await client.getObject(bucket, key), limitBytes)),
      ),
    stat: (key) => attempt(`stat ${key}`, () => look(key)),
    list: (prefix, { after = '' } = {}) => list(prefix, after),
    copy: (from, to) =>
      attempt(`copy ${from}`, async () => {
        await withRetries(() => client.copyObject(bucket, to, `/${bucket}/${from}`));
      }),
    remove: (key) => attempt(`remove ${key}`, () => withRetries(() => client.removeObject(bucket, key))),
    ensureBucket: ({ objectLock, retentionDays = 30 }) =>
      attempt('create the bucket', async () => {
        if (!(await client.bucketExists(bucket))) {
          await makeBucket(client, bucket, { region, objectLock });
          if (objectLock && (await lockState(client, bucket)).objectLock) {
            await locks.setObjectLockConfig(bucket, {
              mode: 'GOVERNANCE',
              unit: 'Days',
              validity: retentionDays,
            });
          }
        }
        return objectLock ? lockState(client, bucket) : { objectLock: false };
      }),
  };
}
