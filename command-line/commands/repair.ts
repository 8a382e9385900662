// repair: which files of a version's package are damaged, and making them again from what the version was made of.
import type { Command } from 'commander';
import type { CoppiceClient } from '../../client/coppice-client.ts';
import { follow } from '../../client/follow.ts';
import { formatVersion } from '../../contracts/registry.ts';
import type { DamagedFile, Inspection, RepairResult } from '../../contracts/repair.ts';
import { versionArgument } from '../arguments.ts';
import { controlApi, requester, withClient } from '../context.ts';
import { createOutput, exitCodes } from '../output.ts';
import { tolerant } from '../watch.ts';

interface Options {
  readonly dryRun: boolean;
  readonly json: boolean;
}

export function repairVerb(program: Command): void {
  program
    .command('repair')
    .argument('<version>', 'such as mail-filter@2')
    .description('read every byte of a version, and make again from its lineage what is damaged or gone')
    .option('--dry-run', 'say what is damaged, and make nothing', false)
    .option('--json', 'print JSON', false)
    .action(repair);
}

async function repair(text: string, { dryRun, json }: Options): Promise<void> {
  const { model, version } = versionArgument(text);
  const output = createOutput(json);
  const inspection = await (await controlApi()).inspectVersion(model, version);
  if (dryRun || inspection.damaged.length === 0) {
    output.result(inspection, () => describeInspection(inspection).join('\n'));
    if (inspection.damaged.length > 0) process.exitCode = exitCodes.failed;
    return;
  }
  for (const line of describeInspection(inspection)) output.note(line);
  const result = await withClient((client) => watchRepair(client, { model, version }, output.note));
  output.result(result, () => describeRepair(text, result).join('\n'));
  if (result.outcome === 'different') process.exitCode = exitCodes.failed;
}

async function watchRepair(
  client: CoppiceClient,
  version: { model: string; version: number },
  note: (line: string) => void,
): Promise<RepairResult> {
  const { repairs } = client;
  const id = await repairs.start({ ...version, by: requester() });
  const told = new Set<string>();
  const look = async () => {
    for (const { stage, state, detail } of (await repairs.status(id)).stages) {
      if (state === 'waiting' || told.has(`${stage} ${state}`)) continue;
      told.add(`${stage} ${state}`);
      note(`${stage.padEnd(13)} ${state.padEnd(7)} ${detail}`.trimEnd());
    }
  };
  return follow(repairs.result(id), tolerant(look));
}

/** @returns a line a file, and one for each gateway that refuses the version */
export function describeInspection({ model, version, damaged, refusedBy }: Inspection): string[] {
  const name = formatVersion(model, version);
  const refusals = Object.entries(refusedBy).map(
    ([gateway, reason]) => `${gateway} cannot load it: ${reason}`,
  );
  if (damaged.length === 0) return [`${name} is whole`, ...refusals];
  return [`${name} is damaged`, ...damaged.map(describeFile), ...refusals];
}

function describeFile({ name, digest, damage }: DamagedFile): string {
  return `  ${name} (${digest.slice(0, 19)}) is ${damage}`;
}

export function describeRepair(text: string, { outcome, remaining, made }: RepairResult): string[] {
  if (outcome === 'whole') return [`${text} is whole`];
  if (outcome === 'rebuilt')
    return [`${text} is whole again: what was made has the digests that were signed`];
  return [
    `${text} cannot be made again: what came out has other bytes (${made ?? '?'}), and nothing was put in its place`,
    ...remaining.map(describeFile),
    'the same code, on the same kind of processor, gives the same bytes; else `coppice retrain` makes a new version',
  ];
}
