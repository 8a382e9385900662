import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatewayJob } from '../../../contracts/metrics.ts';
import { readSettings } from '../../../settings/settings.ts';
import type { Environment, StackPlan } from '../../../stack/component.ts';
import { components } from '../../../stack/components.ts';
import { monitoringFiles, writeMonitoringFiles } from '../../../stack/monitoring-files.ts';
import { stackOptionsSchema } from '../../../stack/options.ts';
import { isExternal, makePlan, wantedPorts } from '../../../stack/plan.ts';
import { componentNames } from '../../../stack/state.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'coppice-plan-'));
});
afterEach(() => rm(home, { recursive: true }));

async function planFor(environment: Environment, options: object = {}): Promise<StackPlan> {
  const parsed = stackOptionsSchema.parse({ home, ...options });
  const local = components.filter(
    (one) => parsed.components.includes(one.name) && !isExternal(one, environment),
  );
  return makePlan(parsed, environment, { chosen: wantedPorts(local), local });
}

const launchOf = (plan: StackPlan, name: string) => {
  const description = components.find((one) => one.name === name);
  if (description === undefined) throw new Error(`no component ${name}`);
  return description.launch(plan, plan.ports[description.name] ?? {});
};

describe('components', () => {
  it('are described once each, after those that they rest upon', () => {
    const names = components.map(({ name }) => name);
    expect([...names].sort()).toEqual([...componentNames].sort());
    for (const { name, after } of components) {
      for (const other of after) expect(names.indexOf(other)).toBeLessThan(names.indexOf(name));
    }
  });

  it('prefer ports that differ', () => {
    const ports = Object.values(wantedPorts(components));
    expect(new Set(ports).size).toBe(ports.length);
  });
});

describe('makePlan', () => {
  it('points every client at the preferred ports, which are the defaults of the settings', async () => {
    const { environment } = await planFor({});
    const { store, ...settings } = readSettings(environment);
    const { store: defaultStore, ...defaults } = readSettings({ COPPICE_HOME: home });
    expect(settings).toEqual(defaults);
    expect(store.endpoint).toBe(defaultStore.endpoint);
    expect(store.consoleUrl).toBe(defaultStore.consoleUrl);
  });

  it('reaches a process on the loopback address where it listens everywhere, and where else it listens only', async () => {
    const everywhere = await planFor({ COPPICE_GATEWAY_HOST: '0.0.0.0', COPPICE_METRICS_HOST: '::' });
    expect(everywhere.environment).toMatchObject({
      COPPICE_GATEWAY_HOST: '0.0.0.0',
      GATEWAY_URL: 'http://127.0.0.1:8080',
    });
    const apart = { COPPICE_CONTROL_HOST: '192.0.2.7', COPPICE_METRICS_HOST: 'fd00::7' };
    const plan = await planFor(apart);
    expect(plan.environment).toMatchObject({
      GATEWAY_URL: 'http://127.0.0.1:8080',
      CONTROL_URL: 'http://192.0.2.7:8090',
    });
    await writeMonitoringFiles(plan);
    const written = await readFile(monitoringFiles(home).prometheus, 'utf8');
    expect(written).toContain('"[fd00::7]:8081"');
    expect(written).toContain('"127.0.0.1:8080"');
  });

  it('gives a component of yours no port and passes its address on', async () => {
    const yours = { MINIO_ENDPOINT: 'https://s3.example.org', MINIO_SECRET_KEY: 'of-mine' };
    const plan = await planFor(yours);
    expect(plan.ports.minio).toBeUndefined();
    expect(plan.environment).toMatchObject({ MINIO_ENDPOINT: 'https://s3.example.org' });
    expect(plan.environment['MINIO_CONSOLE_URL']).toBeUndefined();
    // The key is inherited from the environment of whoever starts the stack; it is written nowhere.
    expect(plan.minioPassword).toBeUndefined();
    expect(JSON.stringify(plan)).not.toContain('of-mine');
  });

  it('generates the secret of the store once and hands it to the processes that need it only', async () => {
    const [first, second] = [await planFor({}), await planFor({})];
    expect(first.minioPassword).toHaveLength(32);
    expect(second.minioPassword).toBe(first.minioPassword);
    expect((await stat(join(home, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect(launchOf(first, 'minio').env).toMatchObject({ MINIO_ROOT_PASSWORD: first.minioPassword });
    expect(launchOf(first, 'worker').env).toMatchObject({ MINIO_SECRET_KEY: first.minioPassword });
    expect(JSON.stringify(launchOf(first, 'prometheus'))).not.toContain(first.minioPassword);
  });

  it('takes a secret that you set for the store, for this start and the next', async () => {
    await planFor({});
    expect((await planFor({ MINIO_SECRET_KEY: 'chosen-by-me' })).minioPassword).toBe('chosen-by-me');
    expect((await planFor({})).minioPassword).toBe('chosen-by-me');
  });

  it('gives each of our processes the home and a port of its own', async () => {
    const plan = await planFor({});
    const ports = ['worker', 'trainer', 'gateway', 'control'].map((name) => {
      const { env } = launchOf(plan, name);
      expect(env['COPPICE_HOME']).toBe(home);
      return readSettings(env).port;
    });
    expect(new Set(ports).size).toBe(4);
    expect(ports).not.toContain(0);
  });
});

describe('writeMonitoringFiles', () => {
  async function written(options: object, environment: Environment = {}) {
    await writeMonitoringFiles(await planFor(environment, options));
    const files = monitoringFiles(home);
    // JSON is what is written, as a subset of YAML.
    const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));
    return { prometheus: await read(files.prometheus), alertmanager: await read(files.alertmanager), files };
  }

  it('has Prometheus scrape every component, read the rules of models and call Alertmanager', async () => {
    const { prometheus, files } = await written({});
    const { scrape_configs: jobs, ...rest } = prometheus as { scrape_configs: { job_name: string }[] };
    expect(jobs.map(({ job_name }) => job_name).sort()).toEqual([...componentNames].sort());
    expect(rest).toMatchObject({
      global: { scrape_interval: '15s', evaluation_interval: '15s' },
      rule_files: [join(files.rulesFolder, '*.yml')],
      alerting: { alertmanagers: [{ scheme: 'http', static_configs: [{ targets: ['127.0.0.1:9093'] }] }] },
    });
    expect((await stat(files.rulesFolder)).isDirectory()).toBe(true);
  });

  it('scrapes gateways under the job that the alert rules name', async () => {
    const { prometheus } = await written({ components: ['gateway'] });
    expect(prometheus).toMatchObject({
      scrape_configs: [{ job_name: gatewayJob, static_configs: [{ targets: ['127.0.0.1:8080'] }] }],
    });
  });

  it('has Alertmanager post to the control process, resolved alerts too', async () => {
    const { alertmanager } = await written({});
    expect(alertmanager).toMatchObject({
      receivers: [{ webhook_configs: [{ url: 'http://127.0.0.1:8090/alerts', send_resolved: true }] }],
    });
  });

  it('has alerts that stay repeated within minutes, so that one which found the model busy is heard again', async () => {
    const { alertmanager } = await written({});
    expect(alertmanager).toMatchObject({ route: { group_interval: '1m', repeat_interval: '5m' } });
  });

  it('hurries in the tour', async () => {
    const { prometheus, alertmanager } = await written({ profile: 'tour' });
    expect(prometheus).toMatchObject({ global: { scrape_interval: '2s', evaluation_interval: '2s' } });
    expect(alertmanager).toMatchObject({
      route: { group_wait: '1s', group_interval: '5s', repeat_interval: '10s' },
    });
  });

  it('calls an Alertmanager of yours, and none where there is none', async () => {
    const yours = await written({}, { ALERTMANAGER_URL: 'https://alerts.example.org' });
    expect(yours.prometheus).toMatchObject({
      alerting: {
        alertmanagers: [{ scheme: 'https', static_configs: [{ targets: ['alerts.example.org'] }] }],
      },
    });
    const none = await written({ components: ['prometheus'] });
    expect(none.prometheus).toMatchObject({ alerting: { alertmanagers: [] } });
  });
});
