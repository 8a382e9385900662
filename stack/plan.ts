// Decides all that components are told of each other before the first of them starts: which are yours, which ports
// ours get, and by which variables they are found.
import {
  type ComponentDescription,
  type Environment,
  type PortNumbers,
  type StackPlan,
} from './component.ts';
import type { StackOptions } from './options.ts';
import type { Ports } from './ports.ts';
import { type ComponentName, ensureSecrets } from './state.ts';

/** Variables of yours that every client of the stack needs too; keys stay in your environment. */
const passedOn = [
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_TLS_CERT',
  'TEMPORAL_TLS_KEY',
  'TEMPORAL_UI_URL',
  'MINIO_ENDPOINT',
  'MINIO_CONSOLE_URL',
  'MINIO_ACCESS_KEY',
  'MINIO_REGION',
  'COPPICE_ARTIFACTS_BUCKET',
  'COPPICE_REGISTRY_BUCKET',
  'PROMETHEUS_URL',
  'ALERTMANAGER_URL',
  'COPPICE_GATEWAY_HOST',
  'COPPICE_CONTROL_HOST',
  'COPPICE_METRICS_HOST',
];

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

/** Whether the environment names a component of yours in this one's place. */
export function isExternal(description: ComponentDescription, environment: Environment): boolean {
  return description.externalBy !== undefined && isSet(environment[description.externalBy]);
}

/** The ports that the components to be started here prefer, by `<component>.<purpose>`. */
export function wantedPorts(local: readonly ComponentDescription[]): Ports {
  return Object.fromEntries(
    local.flatMap(({ name, ports }) =>
      Object.entries(ports).map(([purpose, port]) => [`${name}.${purpose}`, port]),
    ),
  );
}

/**
 * @param chosen a port by `<component>.<purpose>`, for the local components
 * @param local components to be started here
 */
export async function makePlan(
  { home, profile, components: names }: StackOptions,
  environment: Environment,
  { chosen, local }: { readonly chosen: Ports; readonly local: readonly ComponentDescription[] },
): Promise<StackPlan> {
  const ports: Partial<Record<ComponentName, PortNumbers>> = {};
  const variables: Record<string, string> = { COPPICE_HOME: home };
  for (const key of passedOn) {
    const value = environment[key];
    if (isSet(value)) variables[key] = value;
  }
  for (const description of local) {
    const own: Record<string, number> = {};
    for (const purpose of Object.keys(description.ports)) {
      const port = chosen[`${description.name}.${purpose}`] as number | undefined;
      if (port !== undefined) own[purpose] = port;
    }
    ports[description.name] = own;
    Object.assign(variables, description.announces(own, variables));
  }
  const ownStore = local.some(({ name }) => name === 'minio');
  if (ownStore) variables['MINIO_ACCESS_KEY'] ??= 'coppice';
  return {
    home,
    profile,
    names,
    ports,
    environment: variables,
    minioPassword: ownStore
      ? (await ensureSecrets(home, environment['MINIO_SECRET_KEY'])).minioPassword
      : undefined,
  };
}
