// An S3 store of a test's own: free port, temporary folder, ended by its pid.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMinioObjectStore } from '../../artifacts/minio-object-store.ts';
import { locateServers, type ServerName } from '../../setup/locate.mjs';
import { poll } from './poll.ts';

export interface TestStore {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Where it keeps its objects, for tests that damage them behind its back. */
  readonly folder: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const startupMs = 30_000;
export const credentials = { accessKey: 'coppice-test', secretKey: 'coppice-test-secret' };

/** All are held until all are known, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * @param command its arguments and environment, for the folder and the ports it is given
 * @throws Error with the server's last words where it does not take a bucket: on a busy machine MinIO calls itself ready
 *   and answers 503 for a while yet
 */
export async function startTestStore(
  name: ServerName,
  command: (place: { folder: string; ports: number[] }) => { args: string[]; env: Record<string, string> },
): Promise<TestStore> {
  const program = (await locateServers())[name];
  if ('missing' in program) throw new Error(`no ${name} here: ${JSON.stringify(program.tried)}`);
  const folder = await mkdtemp(join(tmpdir(), `coppice-${name}-`));
  const ports = await freePorts(2);
  const { args, env } = command({ folder, ports });
  const server = spawn(program.path, [...program.args, ...args], {
    env: { ...process.env, ...env },
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
  const endpoint = `http://127.0.0.1:${ports[0]}`;
  const probe = createMinioObjectStore({ endpoint, ...credentials, region: 'us-east-1', bucket: 'ready' });
  try {
    await poll(
      `${name} takes a bucket`,
      async () => {
        if (server.exitCode !== null) throw new Error('it ended');
        await probe.ensureBucket({ objectLock: false });
        return true;
      },
      startupMs,
    );
  } catch (error) {
    await stop();
    throw new Error(`${name} did not come up: ${said}`, { cause: error });
  }
  return { endpoint, ...credentials, folder, pid: server.pid ?? 0, stop };
}
