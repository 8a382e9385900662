// Which program runs each component: what set-up found or installed for the servers, Node for our own processes.
import { readFile } from 'node:fs/promises';
import { locateServers, type ServerName } from '../setup/locate.mjs';
import type { Environment, Program } from './component.ts';
import type { ComponentName } from './state.ts';

/** Programs that a stack needs and this machine lacks; the message says for each where it was looked for. */
class ProgramsMissing extends Error {
  override readonly name = 'ProgramsMissing';
}

function isServer(name: ComponentName): name is ComponentName & ServerName {
  return name === 'temporal' || name === 'minio' || name === 'prometheus' || name === 'alertmanager';
}

/**
 * @param names components that are to be started here
 * @throws ProgramsMissing naming all that are missing at once
 */
export async function findPrograms(
  names: readonly ComponentName[],
  environment: Environment,
): Promise<ReadonlyMap<ComponentName, Program>> {
  const programs = new Map<ComponentName, Program>();
  const located = names.some(isServer) ? await locateServers(environment) : undefined;
  const problems: string[] = [];
  for (const name of names) {
    if (!isServer(name)) {
      programs.set(name, { file: process.execPath, args: [], version: await ownVersion(), from: 'coppice' });
      continue;
    }
    const found = located?.[name];
    if (found === undefined) continue;
    if ('missing' in found) {
      problems.push(`${name}: ${found.tried.map(({ where, why }) => `${where}: ${why}`).join('; ')}`);
    } else {
      programs.set(name, { file: found.path, args: found.args, version: found.version, from: found.from });
    }
  }
  if (problems.length > 0) {
    throw new ProgramsMissing(
      ['these servers are missing; `npm run setup` installs them:', ...problems].join('\n  '),
    );
  }
  return programs;
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
