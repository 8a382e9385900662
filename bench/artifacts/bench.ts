// The artifact store against npm minio and boto3: puts and gets of three sizes, one and four in flight; what digest and
// verification cost; and what passes through a stage that reads 16 MB and writes 16 MB.
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Client } from 'minio';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { startMinio } from '../../tests/support/minio.ts';
import type { Bench, Case, Side } from '../measure.ts';
import { installPython, startPython } from '../python-peer.ts';
import {
  artifactSide,
  bareSide,
  botoSide,
  freshBodies,
  minioSide,
  readWhole,
  timed,
  type Work,
} from './sides.ts';

const boto3 = 'boto3==1.44.8';
const bucket = 'bench';
const megabyte = 1_000_000;

/** Sizes with how many objects a round moves: enough to be longer than the clock's and the scheduler's grain. */
const sizes = [
  { name: '4KB', sizeBytes: 4_096, one: 100, four: 200, rounds: 5 },
  { name: '16MB', sizeBytes: 16 * megabyte, one: 4, four: 8, rounds: 5 },
  { name: '256MB', sizeBytes: 256 * megabyte, one: 1, four: 4, rounds: 3 },
];

export async function openArtifactsBench(say: (line: string) => void): Promise<Bench> {
  say(`installs ${boto3} where it is missing`);
  const python = await installPython(boto3.replace('==', '-'), [boto3]);
  const minio = await startMinio();
  const objects = createMinioObjectStore({ ...minio, region: 'us-east-1', bucket });
  await objects.ensureBucket({ objectLock: false });
  const store = createArtifactStore(objects);
  const { hostname, port } = new URL(minio.endpoint);
  const { accessKey, secretKey } = minio;
  const client = new Client({
    ...{ endPoint: hostname, port: Number(port), useSSL: false, region: 'us-east-1' },
    ...{ accessKey, secretKey },
    // Its rounds lie minutes apart: an idle connection must end here before MinIO ends it, or the next write fails.
    transportAgent: new Agent({ keepAlive: true, timeout: 20_000 }),
  });
  const script = fileURLToPath(new URL('boto3-peer.py', import.meta.url));
  const peer = startPython(python, script, { endpoint: minio.endpoint, accessKey, secretKey, bucket });

  /** What was put is removed after each round, so that no side finds a fuller disk than another. */
  const swept = (side: Side): Side => ({
    name: side.name,
    run: async () => {
      const spent = await side.run();
      for await (const { key } of objects.list('')) await objects.remove(key);
      return spent;
    },
  });
  const caseOf = (name: string, work: Work, unit: Pick<Case, 'unit' | 'amount' | 'rounds'>): Case => {
    const clean = work.operation === 'put' ? swept : (side: Side) => side;
    const peers = [minioSide(client, bucket, work), botoSide(peer, work), bareSide(objects, work)];
    return { name, ...unit, ours: clean(artifactSide(store, work)), peers: peers.map(clean) };
  };
  const cases = sizes.flatMap((size) =>
    (['put', 'get'] as const).flatMap((operation) =>
      [1, 4].map((atOnce) => {
        const count = atOnce === 1 ? size.one : size.four;
        const small = size.sizeBytes < megabyte;
        return caseOf(
          `${operation}-${size.name}-${atOnce}`,
          { operation, sizeBytes: size.sizeBytes, count, inFlight: atOnce },
          {
            unit: small ? 'objects' : 'MB',
            amount: small ? count : (count * size.sizeBytes) / megabyte,
            rounds: size.rounds,
          },
        );
      }),
    ),
  );
  const version = (createRequire(import.meta.url)('minio/package.json') as { version: string }).version;
  return {
    cases: [...cases, stageCase()],
    remarks: [`npm minio ${version}, ${boto3}, MinIO on the same machine over plain HTTP.`],
    close: async () => {
      await peer.close();
      await minio.stop();
    },
  };

  /** Reads an artifact and writes another, as a stage does: bytes in and out, by the time of both. */
  function stageCase(): Case {
    const sizeBytes = 16 * megabyte;
    const passes = 3;
    const mediaType = 'application/octet-stream';
    const [input] = freshBodies(sizeBytes, 1);
    const stage = (
      name: string,
      work: (reference: ArtifactReference, output: Buffer) => Promise<unknown>,
    ): Side => ({
      name,
      run: async () => {
        const outputs = freshBodies(sizeBytes, passes);
        const reference = await store.putBytes(input, { mediaType });
        await objects.put('stage/input', input);
        return timed(async () => {
          for (const output of outputs) await work(reference, output);
        });
      },
    });
    const ours = stage('Coppice', async (reference, output) => {
      await store.readBytes(reference);
      await store.putBytes(output, { mediaType });
    });
    const npm = stage('npm minio', async (_reference, output) => {
      await readWhole(client, bucket, 'stage/input');
      await client.putObject(bucket, 'stage/output', output, output.length);
    });
    return {
      name: 'stage-16MB',
      unit: 'MB',
      amount: (passes * 2 * sizeBytes) / megabyte,
      rounds: 7,
      ours,
      peers: [npm],
    };
  }
}
