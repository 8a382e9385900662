// A real Alertmanager under the stack's configuration: an alert that stays is posted again soon, so that one which the
// controller refused, and answered, is not lost for an hour.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { locateServers } from '../../setup/locate.mjs';
import type { StackPlan } from '../../stack/component.ts';
import { components } from '../../stack/components.ts';
import { writeMonitoringFiles } from '../../stack/monitoring-files.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/prometheus.ts';

interface Posted {
  readonly alerts: readonly { status: string; fingerprint: string; startsAt: string }[];
}

const posts: Posted[] = [];
let home: string;
let control: Server;
let alertmanager: ChildProcess;
let url: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'coppice-alertmanager-'));
  const [controlPort, web] = [await freePort(), await freePort()];
  control = createServer((request, response) => {
    void text(request).then((body) => {
      posts.push(JSON.parse(body) as Posted);
      response.end('[{"decision":"busy"}]');
    });
  }).listen(controlPort, '127.0.0.1');
  url = `http://127.0.0.1:${web}`;
  alertmanager = await launchAlertmanager({
    home,
    profile: 'tour',
    names: ['alertmanager'],
    ports: { alertmanager: { web } },
    environment: { CONTROL_URL: `http://127.0.0.1:${controlPort}` },
    minioPassword: undefined,
  });
  await poll('Alertmanager is ready', async () => (await fetch(`${url}/-/ready`)).ok, 30_000);
});
afterAll(async () => {
  const ended = once(alertmanager, 'exit');
  alertmanager.kill('SIGKILL');
  await ended;
  control.closeAllConnections();
  control.close();
  await rm(home, { recursive: true, force: true });
});

async function launchAlertmanager(plan: StackPlan): Promise<ChildProcess> {
  const { alertmanager: program } = await locateServers();
  const description = components.find(({ name }) => name === 'alertmanager');
  if ('missing' in program || !description) throw new Error('no Alertmanager here');
  await writeMonitoringFiles(plan);
  const { args } = description.launch(plan, plan.ports.alertmanager ?? {});
  return spawn(program.path, [...program.args, ...args], { stdio: 'ignore' });
}

it('posts a firing again while it stays, under the same fingerprint and start, though it was answered', async () => {
  const labels = { alertname: 'CoppiceQualityDrop', model: 'mail-filter' };
  const endsAt = new Date(Date.now() + 600_000).toISOString();
  const { ok } = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels, startsAt: '2026-05-01T12:00:00.000Z', endsAt }]),
  });
  expect(ok).toBe(true);
  await poll('the alert has been posted again', () => posts.length >= 2, 60_000);
  const [first, again] = posts.map(({ alerts: [alert] }) => [
    alert.status,
    alert.fingerprint,
    alert.startsAt,
  ]);
  expect(first[0]).toBe('firing');
  expect(again).toEqual(first);
});
