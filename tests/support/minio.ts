// A MinIO of a test's own: free port, temporary folder, ended by its pid.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function isLive(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/minio/health/ready`)).ok;
  } catch {
    return false;
  }
}

/** @throws Error with the server's last words where it does not come up */
export async function startMinio(): Promise<TestMinio> {
  const { minio } = await locateServers();
  if ('missing' in minio) throw new Error(`no MinIO here: ${JSON.stringify(minio.tried)}`);
  const folder = await mkdtemp(join(tmpdir(), 'coppice-minio-'));
  const [port, consolePort] = [await freePort(), await freePort()];
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
  while (!(await isLive(endpoint))) {
    if (server.exitCode !== null || Date.now() > deadline || server.pid === undefined) {
      await stop();
      throw new Error(`MinIO did not come up: ${said}`);
    }
    await wait(50);
  }
  return { endpoint, accessKey, secretKey, folder, pid: server.pid ?? 0, stop };
}
