// The configuration of Prometheus and Alertmanager for the ports of this start, written before they start.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackPlan, StackProfile } from './component.ts';
import { reachableHost } from './hosts.ts';
import { type ComponentName, componentNames, writeFileAtomically } from './state.ts';

export interface MonitoringFiles {
  readonly prometheus: string;
  /** Rules of a model are put here when its spec is applied; Prometheus reads every `*.yml` of it. */
  readonly rulesFolder: string;
  readonly alertmanager: string;
}

export function monitoringFiles(home: string): MonitoringFiles {
  return {
    prometheus: join(home, 'prometheus', 'prometheus.yml'),
    rulesFolder: join(home, 'prometheus', 'rules'),
    alertmanager: join(home, 'alertmanager', 'alertmanager.yml'),
  };
}

interface Rhythm {
  readonly scrape: string;
  readonly groupWait: string;
  readonly groupInterval: string;
  /**
   * How soon an alert that stays is sent again. What the controller refused (a run is open, a cooldown, a pause) is
   * decided anew then; what it has acted upon is a duplicate and costs nothing.
   */
  readonly repeatInterval: string;
}

const rhythms: Readonly<Record<StackProfile, Rhythm>> = {
  default: { scrape: '15s', groupWait: '10s', groupInterval: '1m', repeatInterval: '5m' },
  tour: { scrape: '2s', groupWait: '1s', groupInterval: '5s', repeatInterval: '10s' },
};

/** Purpose of the port that shows a component's metrics, and their path. */
const metricsOf: Readonly<Record<ComponentName, readonly [purpose: string, path: string]>> = {
  temporal: ['metrics', '/metrics'],
  minio: ['s3', '/minio/v2/metrics/cluster'],
  alertmanager: ['web', '/metrics'],
  prometheus: ['web', '/metrics'],
  worker: ['http', '/metrics'],
  trainer: ['http', '/metrics'],
  gateway: ['http', '/metrics'],
  control: ['http', '/metrics'],
};

/** Writes both files, as JSON, which every YAML parser reads. */
export async function writeMonitoringFiles(plan: StackPlan): Promise<void> {
  const files = monitoringFiles(plan.home);
  await mkdir(files.rulesFolder, { recursive: true });
  await writeFileAtomically(files.prometheus, `${JSON.stringify(prometheusConfig(plan), undefined, 2)}\n`);
  await writeFileAtomically(
    files.alertmanager,
    `${JSON.stringify(alertmanagerConfig(plan), undefined, 2)}\n`,
  );
}

function prometheusConfig(plan: StackPlan): unknown {
  const { scrape } = rhythms[plan.profile];
  const alertmanager = plan.environment['ALERTMANAGER_URL'];
  const jobs = componentNames.flatMap((name) => {
    const [purpose, path] = metricsOf[name];
    const port = plan.ports[name]?.[purpose];
    if (port === undefined) return [];
    return [
      {
        job_name: name,
        metrics_path: path,
        static_configs: [{ targets: [`${reachableHost(name, plan.environment)}:${port}`] }],
      },
    ];
  });
  return {
    global: { scrape_interval: scrape, scrape_timeout: scrape, evaluation_interval: scrape },
    rule_files: [join(monitoringFiles(plan.home).rulesFolder, '*.yml')],
    scrape_configs: jobs,
    alerting: {
      alertmanagers:
        alertmanager === undefined
          ? []
          : [
              {
                scheme: new URL(alertmanager).protocol.replace(':', ''),
                static_configs: [{ targets: [new URL(alertmanager).host] }],
              },
            ],
    },
  };
}

function alertmanagerConfig(plan: StackPlan): unknown {
  const { groupWait, groupInterval, repeatInterval } = rhythms[plan.profile];
  const control = plan.environment['CONTROL_URL'];
  return {
    route: {
      receiver: 'control',
      group_by: ['alertname', 'model'],
      group_wait: groupWait,
      group_interval: groupInterval,
      repeat_interval: repeatInterval,
    },
    receivers: [
      {
        name: 'control',
        webhook_configs: control === undefined ? [] : [{ url: `${control}/alerts`, send_resolved: true }],
      },
    ],
  };
}
