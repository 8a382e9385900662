// Which port each component gets: the one it had before, the one it prefers, or the next free one. Decided for all at
// once before anything starts, because the components are told of each other.
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeFileAtomically } from './state.ts';

/** Ports by a key such as `temporal.grpc`. */
export type Ports = Readonly<Record<string, number>>;

export interface PortChoice {
  /** Ports that the components had at the last start. */
  readonly remembered: Ports;
  /** `preferred` stays near the documented ports; `anywhere` takes random free ones, for stacks side by side. */
  readonly policy: 'preferred' | 'anywhere';
  readonly isFree?: (port: number) => Promise<boolean>;
}

const portsSchema = z.record(z.string(), z.number().int().min(1).max(65_535));

/** Below the range from which Linux and macOS give out ports for outgoing connections (32768 and 49152 upwards). */
const anywhere = { from: 15_000, to: 32_000 };

async function binds(port: number, host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Whether nobody listens on the port, on the loopback address or on all of them (with SO_REUSEADDR, which Node sets,
 * macOS lets the one be bound while the other is taken).
 */
export async function isPortFree(port: number): Promise<boolean> {
  return (await binds(port, '127.0.0.1')) && (await binds(port, '0.0.0.0'));
}

function* candidates(
  wanted: number,
  remembered: number | undefined,
  policy: PortChoice['policy'],
): Generator<number> {
  if (remembered !== undefined) yield remembered;
  if (policy === 'preferred') {
    for (let port = wanted; port <= 65_535; port++) yield port;
  }
  for (let attempt = 0; attempt < 1_000; attempt++) {
    yield anywhere.from + Math.floor(Math.random() * (anywhere.to - anywhere.from));
  }
}

/**
 * @param wanted the preferred port by key
 * @returns a free port by key, all distinct
 * @throws Error when no port is free
 */
export async function choosePorts(wanted: Ports, choice: PortChoice): Promise<Record<string, number>> {
  const isFree = choice.isFree ?? isPortFree;
  const chosen: Record<string, number> = {};
  const taken = new Set<number>();
  const preferred = new Map(Object.entries(wanted).map(([key, port]) => [port, key]));
  for (const [key, port] of Object.entries(wanted)) {
    for (const candidate of candidates(port, choice.remembered[key], choice.policy)) {
      // Another component's own port is left to it: 9001 is the console's even when 9000 has to move.
      if (taken.has(candidate) || (preferred.get(candidate) ?? key) !== key) continue;
      if (!(await isFree(candidate))) continue;
      chosen[key] = candidate;
      taken.add(candidate);
      break;
    }
    if (!taken.has(chosen[key] ?? 0)) throw new Error(`no free port for ${key}, wanted ${port}`);
  }
  return chosen;
}

const rememberedPath = (home: string): string => join(home, 'ports.json');

export async function readRememberedPorts(home: string): Promise<Record<string, number>> {
  return (await readJson(rememberedPath(home), portsSchema)) ?? {};
}

/** Keeps what this start chose, beside what components that are not part of it had. */
export async function rememberPorts(home: string, ports: Ports): Promise<void> {
  const all = { ...(await readRememberedPorts(home)), ...ports };
  await writeFileAtomically(rememberedPath(home), `${JSON.stringify(all, undefined, 2)}\n`);
}
