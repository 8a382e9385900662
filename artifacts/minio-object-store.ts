// A bucket of MinIO, or of anything else that speaks S3, through npm minio.
import type { Readable } from 'node:stream';
import { PassThrough } from 'node:stream';
import { Client } from 'minio';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { BucketState, ObjectStore, StoredObject } from './object-store.ts';
import { ObjectExists } from './object-store.ts';
import { putPresigned } from './presigned-put.ts';
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

/** From here on the client uploads in parts; below, one request. */
const multipartFromBytes = 64 * 1024 * 1024;
/** Below this a presigned URL costs more than the hashes that it spares; ledger and pointers keep their checksum. */
const presignFromBytes = 256 * 1024;
const presignedSeconds = 900;
const unlockedCodes = new Set(['ObjectLockConfigurationNotFoundError', 'NotImplemented', 'MethodNotAllowed']);

/** The client's methods on locks, whose first overloads say void and return promises. */
interface BucketLocks {
  getObjectLockConfig(bucket: string): Promise<unknown>;
  setObjectLockConfig(
    bucket: string,
    config: { readonly mode: 'GOVERNANCE'; readonly unit: 'Days'; readonly validity: number },
  ): Promise<void>;
}

type Response = Readable & { readonly headers: Readonly<Record<string, string | undefined>> };

/** An item of a recursive listing, as the client gives it. */
interface StoredItem {
  readonly name: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: Date;
}

/** The body as it arrives, with the failures of the table in place of the socket's. */
function relay(response: Readable, toFailure: (error: unknown) => CoppiceFailure): Readable {
  const body = new PassThrough();
  response.once('error', (error) => body.destroy(toFailure(error)));
  body.once('close', () => response.destroy());
  return response.pipe(body);
}

/** The client forgets the errors of a body that it uploads in parts, and would wait for ever. */
async function untilBodyFails<T>(body: Readable, upload: Promise<T>): Promise<T> {
  const failed = new Promise<never>((_resolve, reject) => {
    body.once('error', reject);
  });
  return Promise.race([upload, failed]);
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
  const location = `${options.endpoint.replace(/\/$/, '')}/${bucket}`;

  async function attempt<T>(doing: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof ObjectExists) throw error;
      throw toStoreFailure(error, doing, location);
    }
  }

  async function create(key: string, body: Buffer, contentType: string): Promise<void> {
    try {
      const headers = { 'Content-Type': contentType, 'If-None-Match': '*' };
      await client.putObject(bucket, key, body, body.length, headers);
    } catch (error) {
      // S3 answers 409 instead where two conditional writes meet.
      if (['PreconditionFailed', 'ConditionalRequestConflict'].includes(codeOf(error)))
        throw new ObjectExists(key);
      throw error;
    }
  }

  async function write(
    key: string,
    body: Buffer | Readable,
    sizeBytes: number | undefined,
    contentType: string,
  ) {
    if (sizeBytes !== undefined && sizeBytes >= presignFromBytes && sizeBytes < multipartFromBytes) {
      const url = await client.presignedPutObject(bucket, key, presignedSeconds);
      await putPresigned({ transport, url, body, sizeBytes, contentType });
      return;
    }
    const upload = client.putObject(bucket, key, body, sizeBytes, { 'Content-Type': contentType });
    await (Buffer.isBuffer(body) ? upload : untilBodyFails(body, upload));
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
    put: (key, body, { ifNoneMatch, contentType = 'application/octet-stream', sizeBytes } = {}) =>
      attempt(`put ${key}`, async () => {
        if (!ifNoneMatch) {
          await write(key, body, Buffer.isBuffer(body) ? body.length : sizeBytes, contentType);
          return;
        }
        if (!Buffer.isBuffer(body)) {
          throw new CoppiceFailure('InvariantViolated', `a conditional write of ${key} takes a buffer`);
        }
        await create(key, body, contentType);
      }),
    get: (key) =>
      attempt(`get ${key}`, async () => {
        // The client types it as a stream; it is the response, whose headers say what it is about to send.
        const response = (await client.getObject(bucket, key)) as Response;
        return {
          stream: relay(response, (error) => toStoreFailure(error, `get ${key}`, location)),
          sizeBytes: Number(response.headers['content-length']),
          etag: (response.headers.etag ?? '').replaceAll('"', ''),
        };
      }),
    stat: (key) =>
      attempt(`stat ${key}`, async () => {
        try {
          const { size, etag, lastModified } = await client.statObject(bucket, key);
          return { key, sizeBytes: size, etag, lastModified };
        } catch (error) {
          if (['NotFound', 'NoSuchKey'].includes(codeOf(error))) return undefined;
          throw error;
        }
      }),
    list: (prefix, { after = '' } = {}) => list(prefix, after),
    copy: (from, to) =>
      attempt(`copy ${from}`, async () => {
        await client.copyObject(bucket, to, `/${bucket}/${from}`);
      }),
    remove: (key) => attempt(`remove ${key}`, () => client.removeObject(bucket, key)),
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
