import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Alert, Decision } from '../../../contracts/messages.ts';
import { type AlertReceiverDependencies, receiveAlerts } from '../../../control/alert-receiver.ts';

/** As Alertmanager 0.28 posts it, with fields that nothing here reads. */
const webhook = (...alerts: object[]) => ({
  version: '4',
  groupKey: '{}:{model="mail-filter"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'coppice',
  groupLabels: { model: 'mail-filter' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://127.0.0.1:9093',
  alerts,
});
const firing = (labels: Record<string, string>, overrides: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'CoppiceQualityDrop', ...labels },
  annotations: { summary: 'accuracy below 0.93' },
  startsAt: '2026-05-01T12:00:00.000Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://127.0.0.1:9090/graph',
  fingerprint: 'c0ffee',
  ...overrides,
});

describe('receiveAlerts', () => {
  let delivered: [model: string, alert: Alert][];
  let counted: Parameters<AlertReceiverDependencies['metrics']['countAlert']>[0][];
  let decide: (model: string) => Promise<Decision>;
  const receive = (body: unknown) =>
    receiveAlerts(body, {
      client: {
        deliverAlert: (model, alert) => {
          delivered.push([model, alert]);
          return decide(model);
        },
      },
      isKnown: (model) => Promise.resolve(model !== 'unknown'),
      metrics: { countAlert: (it) => counted.push(it) },
      log: { info: () => undefined },
    });

  beforeEach(() => {
    [delivered, counted] = [[], []];
    decide = () => Promise.resolve({ decision: 'started', reason: 'full run' });
  });

  it('gives each alert to the controller of the model that it names, and answers what was decided', async () => {
    const body = webhook(
      firing({ model: 'mail-filter' }),
      firing({ model: 'help-ko' }, { status: 'resolved', fingerprint: 'dec0de' }),
    );
    decide = (model) =>
      Promise.resolve({ decision: model === 'help-ko' ? 'resolved' : 'started', reason: '' });
    expect((await receive(body)).map(({ decision }) => decision)).toEqual(['started', 'resolved']);
    expect(delivered).toEqual([
      [
        'mail-filter',
        {
          status: 'firing',
          name: 'CoppiceQualityDrop',
          fingerprint: 'c0ffee',
          startsAt: '2026-05-01T12:00:00.000Z',
          labels: { alertname: 'CoppiceQualityDrop', model: 'mail-filter' },
          annotations: { summary: 'accuracy below 0.93' },
        },
      ],
      ['help-ko', expect.objectContaining({ status: 'resolved', fingerprint: 'dec0de' })],
    ]);
  });

  it('ignores an alert of no model, and of one that nobody has described, without making a controller', async () => {
    const decisions = await receive(webhook(firing({}), firing({ model: 'unknown' })));
    expect(decisions.map(({ decision }) => decision)).toEqual(['ignored', 'ignored']);
    expect(delivered).toEqual([]);
  });

  it('counts each alert by what was decided', async () => {
    await receive(webhook(firing({ model: 'mail-filter' }), firing({})));
    expect(counted).toEqual([
      { model: 'mail-filter', alert: 'CoppiceQualityDrop', decision: 'started' },
      { model: '', alert: 'CoppiceQualityDrop', decision: 'ignored' },
    ]);
  });

  it('fails where no controller answers, so that Alertmanager sends it again', async () => {
    decide = () => Promise.reject(new Error('no Temporal server answers'));
    await expect(receive(webhook(firing({ model: 'mail-filter' })))).rejects.toThrow(
      'no Temporal server answers',
    );
  });

  it('refuses what is no webhook of Alertmanager', async () => {
    for (const body of [undefined, {}, { ...webhook(), version: '3' }, webhook({ status: 'on fire' })]) {
      await expect(receive(body)).rejects.toBeInstanceOf(z.ZodError);
    }
    expect(delivered).toEqual([]);
  });
});
