// The four servers that others wrote: Temporal, MinIO, Alertmanager and Prometheus.
import { join } from 'node:path';
import { readSettings } from '../settings/settings.ts';
import type { ComponentDescription, PortNumbers } from './component.ts';
import { acceptsConnections, answersAtAll, answersHttp } from './health.ts';
import { monitoringFiles } from './monitoring-files.ts';

const loopback = (port: number): string => `127.0.0.1:${port}`;
const http = (port: number): string => `http://${loopback(port)}`;

/** The port of a purpose; a description that asks for one that it does not declare is a mistake in the code. */
function portOf(ports: PortNumbers, purpose: string): number {
  const port = ports[purpose] as number | undefined;
  if (port === undefined) throw new Error(`no port was chosen for ${purpose}`);
  return port;
}

const temporal: ComponentDescription = {
  name: 'temporal',
  ports: { grpc: 7233, ui: 8233, metrics: 9233 },
  externalBy: 'TEMPORAL_ADDRESS',
  after: [],
  graceSeconds: 10, // it takes two to say good-bye to its own workers
  launch: ({ home, environment, profile }, ports) => ({
    args: [
      ...['server', 'start-dev', '--db-filename', join(home, 'data', 'temporal.db'), '--ip', '127.0.0.1'],
      ...['--port', `${portOf(ports, 'grpc')}`, '--ui-port', `${portOf(ports, 'ui')}`],
      ...['--metrics-port', `${portOf(ports, 'metrics')}`, '--log-format', 'json'],
      ...['--namespace', environment['TEMPORAL_NAMESPACE'] ?? 'default'],
      // As shipped, one shard polls its transfer queue 20 times a second and a step takes 107 ms; so, 7 to 10.
      ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=2000'],
      ...['--dynamic-config-value', 'system.enableActivityEagerExecution=true'],
      ...['--sqlite-pragma', 'journal_mode=WAL'],
      // Tours are thrown away; elsewhere a workflow that was acknowledged outlives a power cut.
      ...['--sqlite-pragma', `synchronous=${profile === 'tour' ? 'NORMAL' : 'FULL'}`],
    ],
    env: {},
  }),
  announces: (ports) => ({
    TEMPORAL_ADDRESS: loopback(portOf(ports, 'grpc')),
    TEMPORAL_UI_URL: http(portOf(ports, 'ui')),
  }),
  url: (variables) => variables['TEMPORAL_UI_URL'] ?? variables['TEMPORAL_ADDRESS'] ?? '',
  health: (_variables, ports) => acceptsConnections(loopback(portOf(ports, 'grpc'))),
  externalHealth: (variables) => acceptsConnections(variables['TEMPORAL_ADDRESS'] ?? ''),
  prepare: async (environment) => {
    // Loaded while the servers start: the Temporal client takes longer to load than they take to come up.
    const { prepareTemporal } = await import('./temporal-setup.ts');
    return prepareTemporal(readSettings(environment).temporal);
  },
};

const minio: ComponentDescription = {
  name: 'minio',
  ports: { s3: 9000, console: 9001 },
  externalBy: 'MINIO_ENDPOINT',
  after: [],
  graceSeconds: 5,
  launch: ({ home, environment, minioPassword }, ports) => ({
    args: [
      ...['server', join(home, 'data', 'minio'), '--quiet'],
      ...[
        '--address',
        loopback(portOf(ports, 's3')),
        '--console-address',
        loopback(portOf(ports, 'console')),
      ],
    ],
    env: {
      MINIO_ROOT_USER: environment['MINIO_ACCESS_KEY'] ?? 'coppice',
      ...(minioPassword === undefined ? {} : { MINIO_ROOT_PASSWORD: minioPassword }),
      MINIO_PROMETHEUS_AUTH_TYPE: 'public', // on the loopback address only
      MINIO_UPDATE: 'off',
    },
  }),
  announces: (ports) => ({
    MINIO_ENDPOINT: http(portOf(ports, 's3')),
    MINIO_CONSOLE_URL: http(portOf(ports, 'console')),
  }),
  url: (variables) => variables['MINIO_CONSOLE_URL'] ?? variables['MINIO_ENDPOINT'] ?? '',
  health: (_variables, ports) => answersHttp(`${http(portOf(ports, 's3'))}/minio/health/live`),
  externalHealth: (variables) => answersAtAll(variables['MINIO_ENDPOINT'] ?? ''), // any S3: none has a common health path
};

const alertmanager: ComponentDescription = {
  name: 'alertmanager',
  ports: { web: 9093 },
  externalBy: 'ALERTMANAGER_URL',
  after: [],
  graceSeconds: 5,
  launch: ({ home }, ports) => ({
    args: [
      `--config.file=${monitoringFiles(home).alertmanager}`,
      `--storage.path=${join(home, 'data', 'alertmanager')}`,
      `--web.listen-address=${loopback(portOf(ports, 'web'))}`,
      '--cluster.listen-address=', // one instance: no gossip port
    ],
    env: {},
  }),
  announces: (ports) => ({ ALERTMANAGER_URL: http(portOf(ports, 'web')) }),
  url: (variables) => variables['ALERTMANAGER_URL'] ?? '',
  health: (variables) => answersHttp(`${variables['ALERTMANAGER_URL'] ?? ''}/-/ready`),
};

const prometheus: ComponentDescription = {
  name: 'prometheus',
  ports: { web: 9090 },
  externalBy: 'PROMETHEUS_URL',
  after: [],
  graceSeconds: 10, // it writes its head block on the way out
  launch: ({ home }, ports) => ({
    args: [
      `--config.file=${monitoringFiles(home).prometheus}`,
      `--storage.tsdb.path=${join(home, 'data', 'prometheus')}`,
      `--storage.tsdb.retention.time=90d`,
      `--web.listen-address=${loopback(portOf(ports, 'web'))}`,
      '--web.enable-lifecycle', // rules of a model are read by POST /-/reload when its spec is applied
    ],
    env: {},
  }),
  announces: (ports) => ({ PROMETHEUS_URL: http(portOf(ports, 'web')) }),
  url: (variables) => variables['PROMETHEUS_URL'] ?? '',
  health: (variables) => answersHttp(`${variables['PROMETHEUS_URL'] ?? ''}/-/ready`),
};

export const servers: readonly ComponentDescription[] = [temporal, minio, alertmanager, prometheus];
