// Our own four processes. Each serves /healthz on the port that COPPICE_PORT gives it.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ComponentDescription, Environment, PortNumbers } from './component.ts';
import { answersHttp } from './health.ts';
import { reachableHost } from './hosts.ts';
import type { ComponentName } from './state.ts';

const repositoryRoot = new URL('../', import.meta.url);

interface OwnProcess {
  readonly name: ComponentName;
  readonly entry: string;
  readonly port: number;
  readonly after: readonly ComponentName[];
  /** The variable by which others find it; none for processes that only take work from Temporal. */
  readonly announcedAs?: string;
  readonly graceSeconds: number;
}

/** Node's arguments that run one of our TypeScript files from whatever folder the stack was started in. */
export function nodeArguments(entry: string): readonly string[] {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return ['--import', loader, fileURLToPath(new URL(entry, repositoryRoot))];
}

function describe({ name, entry, port, after, announcedAs, graceSeconds }: OwnProcess): ComponentDescription {
  const urlOf = (variables: Environment, ports: PortNumbers): string =>
    `http://${reachableHost(name, variables)}:${ports['http'] ?? 0}`;
  return {
    name,
    ports: { http: port },
    after,
    graceSeconds,
    launch: ({ home, environment, minioPassword }, ports) => ({
      args: nodeArguments(entry),
      env: {
        ...environment,
        ...(minioPassword === undefined ? {} : { MINIO_SECRET_KEY: minioPassword }),
        COPPICE_HOME: home,
        COPPICE_PORT: `${ports['http'] ?? 0}`,
      },
    }),
    announces: (ports, variables) =>
      announcedAs === undefined ? {} : { [announcedAs]: urlOf(variables, ports) },
    url: urlOf,
    health: (variables, ports) => answersHttp(`${urlOf(variables, ports)}/healthz`),
  };
}

export const ownProcesses: readonly ComponentDescription[] = [
  describe({
    name: 'gateway',
    entry: 'serving/main.ts',
    port: 8080,
    after: ['minio'],
    announcedAs: 'GATEWAY_URL',
    graceSeconds: 20, // answers in flight, and what is to be shipped
  }),
  describe({
    name: 'control',
    entry: 'control/main.ts',
    port: 8090,
    after: ['temporal', 'minio'],
    announcedAs: 'CONTROL_URL',
    graceSeconds: 5,
  }),
  describe({
    name: 'worker',
    entry: 'worker/main.ts',
    port: 8081,
    after: ['temporal', 'minio'],
    graceSeconds: 15, // activities under way are given back to Temporal
  }),
  describe({
    name: 'trainer',
    entry: 'worker/training-main.ts',
    port: 8082,
    after: ['temporal', 'minio'],
    graceSeconds: 15, // a checkpoint is written
  }),
];
