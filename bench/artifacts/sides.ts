// The same puts and gets by three clients: the artifact store, npm minio as its documentation has it, and boto3.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Client } from 'minio';
import { z } from 'zod';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { inFlight } from '../../artifacts/in-flight.ts';
import type { ObjectStore } from '../../artifacts/object-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { Side, Spent } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';

/** What one round does. */
export interface Work {
  readonly operation: 'put' | 'get';
  readonly sizeBytes: number;
  readonly count: number;
  readonly inFlight: number;
}

const mediaType = 'application/octet-stream';

/** Bodies that no store has yet: the artifact store would not send them otherwise. */
export function freshBodies(sizeBytes: number, count: number): Buffer[] {
  const stamp = randomBytes(12);
  return Array.from({ length: count }, (_, index) => {
    const body = Buffer.alloc(sizeBytes, `${stamp.toString('hex')} `);
    body.writeUInt32LE(index);
    return body;
  });
}

export async function timed(work: () => Promise<unknown>): Promise<Spent> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, processorSeconds: (user + system) / 1_000_000 };
}

/** How a side stores a body, and reads back what it stored. */
interface Store<Place> {
  readonly put: (body: Buffer) => Promise<Place>;
  readonly get: (place: Place) => Promise<unknown>;
}

/** Fresh bodies for each round that puts; rounds that get read what was put before the first of them. */
function sideOf<Place>(name: string, { put, get }: Store<Place>, work: Work): Side {
  const { sizeBytes, count } = work;
  const putAll = (bodies: readonly Buffer[]) => inFlight(bodies, work.inFlight, put);
  let stored: Place[] | undefined;
  return {
    name,
    async run() {
      if (work.operation === 'put') {
        const bodies = freshBodies(sizeBytes, count);
        return timed(() => putAll(bodies));
      }
      stored ??= await putAll(freshBodies(sizeBytes, count));
      const places = stored;
      return timed(() => inFlight(places, work.inFlight, get));
    },
  };
}

/** Puts and gets by digest, every byte verified. */
export function artifactSide(store: ArtifactStore, work: Work): Side {
  const put = (body: Buffer): Promise<ArtifactReference> => store.putBytes(body, { mediaType });
  return sideOf('Coppice', { put, get: (reference) => store.readBytes(reference) }, work);
}

/** The same bucket below the artifact store: what digest and verification cost is the difference. */
export function bareSide(objects: ObjectStore, work: Work): Side {
  const { sizeBytes } = work;
  const put = async (body: Buffer): Promise<string> => {
    const key = `bare/${randomUUID()}`;
    // As the artifact store does: small ones on condition, and of large ones it asks first.
    if (sizeBytes > 64 * 1024) await objects.stat(key);
    await objects.put(key, body, sizeBytes > 64 * 1024 ? {} : { ifNoneMatch: true });
    return key;
  };
  const get = async (key: string): Promise<Buffer> => {
    const bytes = Buffer.allocUnsafeSlow(sizeBytes);
    let filled = 0;
    for await (const chunk of (await objects.get(key)).stream as AsyncIterable<Buffer>)
      filled += chunk.copy(bytes, filled);
    return bytes;
  };
  return sideOf('without digest and verification', { put, get }, work);
}

export async function readWhole(client: Client, bucket: string, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await client.getObject(bucket, key)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function minioSide(client: Client, bucket: string, work: Work): Side {
  const put = async (body: Buffer): Promise<string> => {
    const key = `npm-minio/${randomUUID()}`;
    await client.putObject(bucket, key, body, body.length);
    return key;
  };
  return sideOf('npm minio', { put, get: (key) => readWhole(client, bucket, key) }, work);
}

const answerSchema = z.object({ seconds: z.number(), processorSeconds: z.number() });

export function botoSide(peer: LineProcess, { operation, sizeBytes, count, inFlight: atOnce }: Work): Side {
  const newKeys = () => Array.from({ length: count }, () => `boto3/${randomUUID()}`);
  const ask = async (asked: string, keys: string[]) =>
    answerSchema.parse(await peer.ask({ operation: asked, sizeBytes, keys, inFlight: atOnce }));
  let stored: string[] | undefined;
  return {
    name: 'boto3',
    async run() {
      if (operation === 'put') return ask('put', newKeys());
      if (stored === undefined) {
        stored = newKeys();
        await ask('put', stored);
      }
      return ask('get', stored);
    },
  };
}
