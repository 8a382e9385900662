// clean: what takes room on this machine and is needed by nobody. Says first, removes when told to.
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { RequestRefused } from '../../client/failures.ts';
import { readSettings } from '../../settings/settings.ts';
import { cacheFolder } from '../../setup/cache.mjs';
import { readStack } from '../../stack/control.ts';
import { findLeftovers, type Leftover, removeLeftovers } from '../../stack/leftovers.ts';
import { createOutput, sizeText, table } from '../output.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Options {
  readonly json: boolean;
  readonly delete: boolean;
  readonly data: boolean;
}

export function cleanVerb(program: Command): void {
  program
    .command('clean')
    .description('what takes room on this machine and is needed by nobody; removes it only with --delete')
    .option('--delete', 'remove what is listed', false)
    .option('--data', 'the data of the stack too: models, runs, measurements; not while it runs', false)
    .option('--json', 'print JSON', false)
    .action(async ({ json, delete: remove, data }: Options) => {
      const home = resolve(readSettings(process.env).home);
      const running = (await readStack(home)) !== undefined;
      if (running && data)
        throw new RequestRefused(`the stack of ${home} runs on its data: \`coppice down\` comes first`);
      const leftovers = await findLeftovers({
        ...{ home, running, data, cache: cacheFolder(process.env), temporary: tmpdir(), now: new Date() },
        bundles: join(root, 'node_modules', '.cache', 'coppice'),
      });
      if (remove) await removeLeftovers(leftovers);
      const sizeBytes = leftovers.reduce((sum, it) => sum + it.sizeBytes, 0);
      createOutput(json).result({ deleted: remove, sizeBytes, leftovers }, () =>
        describe(leftovers, { sizeBytes, remove, running }),
      );
    });
}

function describe(
  leftovers: readonly Leftover[],
  { sizeBytes, remove, running }: { sizeBytes: number; remove: boolean; running: boolean },
): string {
  const kept = running ? ['the stack runs: its logs and loaded versions stay'] : [];
  if (leftovers.length === 0) return ['nothing to remove', ...kept].join('\n');
  const rows = groupByFolder(leftovers).map((it) => [
    sizeText(it.sizeBytes),
    it.count > 1 ? `${it.count} × ${it.what}` : it.what,
    it.where,
  ]);
  const summary = remove ? `${sizeText(sizeBytes)} freed` : `${sizeText(sizeBytes)} to be freed by --delete`;
  return [table(['size', 'what', 'where'], rows), ...kept, summary].join('\n');
}

/** Many of a kind in one folder are one row, which names the folder. */
function groupByFolder(leftovers: readonly Leftover[]) {
  const groups = new Map<string, { what: string; where: string; count: number; sizeBytes: number }>();
  for (const { what, path, sizeBytes } of leftovers) {
    const key = `${what} ${dirname(path)}`;
    const group = groups.get(key);
    groups.set(key, {
      what,
      where: group ? dirname(path) : path,
      count: (group?.count ?? 0) + 1,
      sizeBytes: (group?.sizeBytes ?? 0) + sizeBytes,
    });
  }
  return [...groups.values()];
}
