// A Prometheus of a test's own: free port, temporary folder, ended by its pid.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateServers } from '../../setup/locate.mjs';
import { poll } from './poll.ts';

export interface TestPrometheus {
  readonly url: string;
  /** Rule files that are put here are read at a reload. */
  readonly rulesFolder: string;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/**
 * Starts one that scrapes and evaluates every second.
 * @param targets host and port of each job
 * @throws Error with the server's last words where it does not come up
 */
export async function startPrometheus(targets: Readonly<Record<string, string>>): Promise<TestPrometheus> {
  const { prometheus } = await locateServers();
  if ('missing' in prometheus) throw new Error(`no Prometheus here: ${JSON.stringify(prometheus.tried)}`);
  const folder = await mkdtemp(join(tmpdir(), 'coppice-prometheus-'));
  const rulesFolder = join(folder, 'rules');
  await mkdir(rulesFolder);
  const configuration = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [join(rulesFolder, '*.yml')],
    scrape_configs: Object.entries(targets).map(([job, target]) => ({
      job_name: job,
      static_configs: [{ targets: [target] }],
    })),
  };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(configuration));
  const port = await freePort();
  const words = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
  ];
  const server = spawn(prometheus.path, [...prometheus.args, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await poll('Prometheus is ready', async () => (await fetch(`${url}/-/ready`)).ok, 30_000);
  } catch (error) {
    await stop();
    throw new Error(`Prometheus did not come up: ${said}`, { cause: error });
  }
  return { url, rulesFolder, stop };
}
