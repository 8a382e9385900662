import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../settings/secret.ts';
import { readSettings, SettingsError } from '../../../settings/settings.ts';

describe('readSettings', () => {
  it('fits the local stack where the environment says nothing', () => {
    const settings = readSettings({});
    expect(settings.temporal).toMatchObject({
      address: '127.0.0.1:7233',
      namespace: 'default',
      apiKey: undefined,
    });
    expect(settings.store).toMatchObject({
      endpoint: 'http://127.0.0.1:9000',
      artifactsBucket: 'coppice-artifacts',
      registryBucket: 'coppice-registry',
    });
    expect(settings).toMatchObject({ prometheusUrl: 'http://127.0.0.1:9090', port: 0, logLevel: 'info' });
  });

  it('takes servers of one’s own', () => {
    const settings = readSettings({
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_API_KEY: 'key',
      MINIO_ENDPOINT: 'https://s3.example',
      MINIO_SECRET_KEY: 'secret',
      COPPICE_PORT: '8080',
    });
    expect(settings.temporal.address).toBe('temporal.example:7233');
    expect(settings.temporal.apiKey?.reveal()).toBe('key');
    expect(settings.store.endpoint).toBe('https://s3.example');
    expect(settings.store.secretKey.reveal()).toBe('secret');
    expect(settings.port).toBe(8_080);
  });

  it('listens on the loopback address unless it is told otherwise, for each kind of process by itself', () => {
    const hosts = (environment: Record<string, string>) => {
      const { gatewayHost, controlHost, metricsHost } = readSettings(environment);
      return [gatewayHost, controlHost, metricsHost];
    };
    expect(hosts({})).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    expect(hosts({ COPPICE_GATEWAY_HOST: '0.0.0.0', COPPICE_METRICS_HOST: '::' })).toEqual([
      '0.0.0.0',
      '127.0.0.1',
      '::',
    ]);
    expect(() => hosts({ COPPICE_CONTROL_HOST: 'http://here' })).toThrow(/COPPICE_CONTROL_HOST: expected/);
  });

  it('names every variable that is wrong, at once', () => {
    const read = () =>
      readSettings({
        MINIO_ENDPOINT: 'localhost:9000',
        PROMETHEUS_URL: 'ftp://prometheus',
        COPPICE_PORT: 'eighty',
        COPPICE_LOG_LEVEL: 'loud',
        TEMPORAL_NAMESPACE: 'fine',
      });
    expect(read).toThrow(SettingsError);
    try {
      read();
    } catch (error) {
      const { problems } = error as SettingsError;
      expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
        'COPPICE_LOG_LEVEL',
        'COPPICE_PORT',
        'MINIO_ENDPOINT',
        'PROMETHEUS_URL',
      ]);
    }
  });

  it('does not let what is wrong be read in the message where it may be a secret', () => {
    expect(() => readSettings({ COPPICE_PORT: 'hunter2' })).toThrow(/^(?!.*hunter2)/s);
  });
});

describe('Secret', () => {
  const secret = new Secret('hunter2');

  it('is revealed only where it is asked to be', () => {
    expect(secret.reveal()).toBe('hunter2');
  });

  it('reads as stars in logs, JSON, templates and inspection, however deep', () => {
    const printed = [
      String(secret),
      JSON.stringify({ store: { secret } }),
      inspect({ store: { secret } }, { depth: null, showHidden: true }),
      inspect(readSettings({ MINIO_SECRET_KEY: 'hunter2' }), { depth: null }),
      JSON.stringify(readSettings({ TEMPORAL_API_KEY: 'hunter2' })),
    ];
    for (const text of printed) {
      expect(text).toContain('***');
      expect(text).not.toContain('hunter2');
    }
  });
});
