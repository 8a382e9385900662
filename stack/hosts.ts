// Where the processes of this machine reach each other, whatever addresses they listen on.
import type { Environment } from './component.ts';
import type { ComponentName } from './state.ts';

const loopback = '127.0.0.1';
const everywhere = ['0.0.0.0', '::']; // they include the loopback address

/** The variable by which a process of ours is told where to listen. */
const listensBy: Readonly<Partial<Record<ComponentName, string>>> = {
  gateway: 'COPPICE_GATEWAY_HOST',
  control: 'COPPICE_CONTROL_HOST',
  worker: 'COPPICE_METRICS_HOST',
  trainer: 'COPPICE_METRICS_HOST',
};

/** @returns the host of a URL: the loopback address, except where a component listens on one other address only */
export function reachableHost(name: ComponentName, environment: Environment): string {
  const variable = listensBy[name];
  const host = variable === undefined ? undefined : environment[variable];
  if (host === undefined || host === '' || everywhere.includes(host)) return loopback;
  return host.includes(':') ? `[${host}]` : host;
}
