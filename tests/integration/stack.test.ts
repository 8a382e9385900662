// The stack with real servers: what `coppice up` promises, each stack in a temporary home of its own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { searchAttributes } from '../../contracts/search-attributes.ts';
import { readSettings } from '../../settings/settings.ts';
import { readStack, startStack, stopStack } from '../../stack/control.ts';
import type { StackOptions } from '../../stack/options.ts';
import type { ComponentName, StackState } from '../../stack/state.ts';
import { poll } from '../support/poll.ts';

const homes: string[] = [];

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'coppice-stack-test-'));
  homes.push(home);
  return home;
}

/** The test process's environment without servers of one's own. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|MINIO|PROMETHEUS|ALERTMANAGER)_/.test(name)),
);

async function start(home: string, options: Partial<StackOptions>): Promise<StackState> {
  return startStack({ home, environment, options: { ports: 'anywhere', leashed: true, ...options } });
}

function componentOf(state: StackState | undefined, name: ComponentName) {
  const component = state?.components[name];
  if (component === undefined) throw new Error(`no ${name} in the stack`);
  return component;
}

function pidOf(state: StackState | undefined, name: ComponentName): number {
  const { pid } = componentOf(state, name);
  if (pid === null) throw new Error(`${name} has no pid`);
  return pid;
}

/** Processes whose command line names the home, leashes among them. */
function processesOf(home: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(home) && !/^\s*\d+\s+Z/.test(line));
}

async function answers(url: string): Promise<boolean> {
  return (await fetch(url)).ok;
}

/** Takes a port until the returned function is called. */
async function occupy(port: number): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve()); // taken already: as good
    server.listen(port, '127.0.0.1', resolve);
  });
  return () => new Promise((resolve) => server.close(() => resolve()));
}

afterEach(async () => {
  for (const home of homes.splice(0)) {
    await stopStack(home);
    await rm(home, { recursive: true, force: true });
  }
});

describe('the stack', () => {
  it('comes up healthy with every server, told to clients by environment variables', async () => {
    const settings = readSettings(inject('stack'));
    expect(await answers(`${settings.store.endpoint}/minio/health/ready`)).toBe(true);
    expect(await answers(`${settings.prometheusUrl}/-/ready`)).toBe(true);
    expect(await answers(`${settings.alertmanagerUrl}/-/ready`)).toBe(true);
    expect(await answers(settings.temporal.uiUrl)).toBe(true);
  });

  it('lets a workflow start with all search attributes and be found by one', async () => {
    const { temporal } = readSettings(inject('stack'));
    const connection = await Connection.connect({ address: temporal.address });
    try {
      const client = new Client({ connection, namespace: temporal.namespace });
      const workflowId = 'stack-test/search-attributes';
      await client.workflow.start('neverRun', {
        workflowId,
        taskQueue: 'nobody-polls-this',
        typedSearchAttributes: Object.values(searchAttributes).map((name) => ({
          key: defineSearchAttributeKey(name, 'KEYWORD'),
          value: `x-${name}`,
        })),
      });
      const query = `${searchAttributes.champion} = "x-CoppiceChampion"`;
      await poll(
        'the workflow is listed',
        async () => (await client.workflow.count(query)).count === 1,
        10_000,
      );
      await client.workflow.getHandle(workflowId).terminate();
    } finally {
      await connection.close();
    }
  });

  it('has Prometheus scrape the servers and know its Alertmanager', async () => {
    const { prometheusUrl, alertmanagerUrl } = readSettings(inject('stack'));
    const up = await poll(
      'temporal and minio are scraped',
      async () => {
        const response = await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent('up == 1')}`);
        const { data } = (await response.json()) as { data: { result: { metric: { job: string } }[] } };
        const jobs = data.result.map(({ metric }) => metric.job);
        return jobs.includes('temporal') && jobs.includes('minio') && jobs;
      },
      20_000,
    );
    expect(up).toEqual(expect.arrayContaining(['alertmanager', 'minio', 'prometheus', 'temporal']));
    const response = await fetch(`${prometheusUrl}/api/v1/alertmanagers`);
    expect(JSON.stringify(await response.json())).toContain(new URL(alertmanagerUrl).host);
  });

  it('is found by a second start and keeps its secret out of the state file', async () => {
    const home = await newHome();
    const [first, second] = await Promise.all([
      start(home, { components: ['minio'] }),
      start(home, { components: ['minio'] }),
    ]);
    expect(second).toEqual(first);
    expect(await readStack(home)).toEqual(first);
    const secret = first.environment['MINIO_SECRET_KEY'] ?? 'none';
    expect(secret.length).toBeGreaterThan(20);
    expect(await readFile(join(home, 'stack.json'), 'utf8')).not.toContain(secret);
    expect((await stat(join(home, 'secrets.json'))).mode & 0o777).toBe(0o600);
  });

  it('refuses a running stack that lacks a component that is asked for', async () => {
    const home = await newHome();
    await start(home, { components: ['alertmanager'] });
    await expect(start(home, { components: ['alertmanager', 'minio'] })).rejects.toThrow(
      /runs without minio/,
    );
    expect(await readStack(home)).toBeDefined();
  });

  it('starts a component anew that was killed, and reports it', async () => {
    const home = await newHome();
    const before = await start(home, { components: ['minio', 'alertmanager'] });
    process.kill(pidOf(before, 'alertmanager'), 'SIGKILL');
    const after = await poll(
      'alertmanager is healthy again',
      async () => {
        const state = await readStack(home);
        const { restarts, state: its } = componentOf(state, 'alertmanager');
        return restarts === 1 && its === 'healthy' && state;
      },
      30_000,
    );
    expect(pidOf(after, 'alertmanager')).not.toBe(pidOf(before, 'alertmanager'));
    expect(pidOf(after, 'minio')).toBe(pidOf(before, 'minio'));
    expect(await answers(`${componentOf(after, 'alertmanager').url}/-/ready`)).toBe(true);
    const log = await readFile(join(home, 'logs', 'supervisor.log'), 'utf8');
    expect(log).toMatch(/alertmanager was ended by SIGKILL; restart 1 in 0\.5 s/);
  });

  it('ends every component on SIGTERM', async () => {
    const home = await newHome();
    const { pid } = await start(home, { components: ['temporal', 'minio', 'alertmanager', 'prometheus'] });
    expect(processesOf(home).length).toBeGreaterThan(4);
    process.kill(pid, 'SIGTERM');
    await poll('nothing is left', () => processesOf(home).length === 0, 30_000);
    expect(await readStack(home)).toBeUndefined();
    expect(await readFile(join(home, 'logs', 'supervisor.log'), 'utf8')).toMatch(
      /ending all: SIGTERM\n.* ended\n/,
    );
  });

  it('leaves no process behind when its supervisor is killed', async () => {
    const home = await newHome();
    const { pid } = await start(home, { components: ['temporal', 'minio', 'alertmanager', 'prometheus'] });
    expect(processesOf(home).length).toBeGreaterThan(4);
    process.kill(pid, 'SIGKILL');
    await poll('nothing is left', () => processesOf(home).length === 0, 30_000);
    expect(await readStack(home)).toBeUndefined();
  });

  it('ends with the process that started it, when it is leashed to that', async () => {
    const home = await newHome();
    const control = new URL('../../stack/control.ts', import.meta.url).href;
    const options = { components: ['alertmanager'], ports: 'anywhere', leashed: true };
    const script = `
      import { startStack } from ${JSON.stringify(control)};
      await startStack({ home: ${JSON.stringify(home)}, environment: process.env, options: ${JSON.stringify(options)} });
      process.stdout.write('started');
      setInterval(() => undefined, 1_000);
    `;
    const starter = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(starter.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('started');
    expect(await readStack(home)).toMatchObject({ phase: 'ready' });
    starter.kill('SIGKILL');
    await poll('nothing is left', () => processesOf(home).length === 0, 30_000);
    expect(await readStack(home)).toBeUndefined();
  });

  it('comes up again on the same ports and data after its supervisor was killed', async () => {
    const home = await newHome();
    const first = await start(home, { components: ['minio'] });
    process.kill(first.pid, 'SIGKILL');
    await poll('nothing is left', () => processesOf(home).length === 0, 30_000);
    const second = await start(home, { components: ['minio'] });
    expect(second.pid).not.toBe(first.pid);
    expect(second.environment).toEqual(first.environment);
  });

  it('moves a port that is taken and keeps the others', async () => {
    const home = await newHome();
    const release = await occupy(9000);
    try {
      const state = await start(home, { components: ['minio'], ports: 'preferred' });
      const { s3 } = componentOf(state, 'minio').ports;
      expect(s3).toBeGreaterThan(9001);
      expect(state.environment['MINIO_ENDPOINT']).toBe(`http://127.0.0.1:${s3}`);
      expect(await answers(`http://127.0.0.1:${s3}/minio/health/live`)).toBe(true);
    } finally {
      await release();
    }
  });

  it('only watches a component of yours', async () => {
    const home = await newHome();
    const { ALERTMANAGER_URL } = inject('stack');
    const state = await startStack({
      home,
      environment: { ...environment, ALERTMANAGER_URL },
      options: { components: ['alertmanager', 'prometheus'], ports: 'anywhere', leashed: true },
    });
    expect(componentOf(state, 'alertmanager')).toMatchObject({
      state: 'external',
      pid: null,
      url: ALERTMANAGER_URL,
      from: 'ALERTMANAGER_URL',
    });
    expect(state.environment['ALERTMANAGER_URL']).toBe(ALERTMANAGER_URL);
  });

  it('names a component of yours that does not answer', async () => {
    const home = await newHome();
    const starting = startStack({
      home,
      environment: { ...environment, PROMETHEUS_URL: 'http://127.0.0.1:1' },
      options: { components: ['prometheus'], leashed: true },
      timeoutMs: 4_000,
    });
    await expect(starting).rejects.toThrow(
      /prometheus: external, http:\/\/127\.0\.0\.1:1\/-\/ready does not answer/,
    );
    expect(await readStack(home)).toBeUndefined();
  });

  it('says in one message which server is missing and where it was looked for', async () => {
    const home = await newHome();
    const starting = startStack({
      home,
      environment: { ...environment, COPPICE_MINIO_BIN: '/nowhere/minio' },
      options: { components: ['minio'], leashed: true },
    });
    await expect(starting).rejects.toThrow(/minio: COPPICE_MINIO_BIN=\/nowhere\/minio/);
  });

  it('gives up on a component that ends again and again, with its last words', async () => {
    const home = await newHome();
    const starting = startStack({
      home,
      environment: { ...environment, MINIO_SECRET_KEY: 'short' },
      options: { components: ['minio'], ports: 'anywhere', leashed: true },
    });
    await expect(starting).rejects.toThrow(/minio exited with \d+, 3 times\n(.*\n)+.*minio\.log$/);
    expect(processesOf(home)).toEqual([]);
  });
});
