// A MinIO of a test's own: free port, temporary folder, ended by its pid.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import { locateServers } from '../../setup/locate.mjs';

export interface TestMinio {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Where it keeps its objects, for tests that damage them behind its back. */
  readonly folder: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const startupMs = 30_000;
const accessKey = 'coppice-test';
const secretKey = 'coppice-test-secret';

/** Both are held until both are known, so that they differ. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0], ports[1]];
}

/** Whether it takes a bucket: on a busy machine it calls itself ready and answers 503 for a while yet. */
async function isReady(endpoint: string): Promise<boolean> {
  const bucket = createMinioObjectStore({
    endpoint,
    accessKey,
    secretKey,
    region: 'us-east-1',
    bucket: 'ready',
  });
  try {
    await bucket.ensureBucket({ objectLock: false });
    return true;
  } catch {
    return false;
  }
}

/** @throws Error with the server's last words where it does not come up */
export async function startMinio(): Promise<TestMinio> {
  const { minio } = await locateServers();
  if ('missing' in minio) throw new Error(`no MinIO here: ${JSON.stringify(minio.tried)}`);
  const folder = await mkdtemp(join(tmpdir(), 'coppice-minio-'));
  const [port, consolePort] = await freePorts();
  const endpoint = `http://127.0.0.1:${port}`;
  const addresses = ['--address', `127.0.0.1:${port}`, '--console-address', `127.0.0.1:${consolePort}`];
  const server = spawn(minio.path, [...minio.args, 'server', folder, ...addresses, '--quiet'], {
    env: { ...process.env, MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey, MINIO_UPDATE: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const output of [server.stdout, server.stderr]) {
    output.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
    });
  }
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + startupMs;
  while (!(await isReady(endpoint))) {
    if (server.exitCode !== null || Date.now() > deadline || server.pid === undefined) {
      await stop();
      throw new Error(`MinIO did not come up: ${said}`);
    }
    await wait(50);
  }
  return { endpoint, accessKey, secretKey, folder, pid: server.pid ?? 0, stop };
}
