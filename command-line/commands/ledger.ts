// ledger, ledger verify, served: what the registry remembers, and whether it can be believed.
import type { Command } from 'commander';
import type { RoutingDocument } from '../../contracts/registry.ts';
import { challengersOf } from '../../contracts/registry.ts';
import type { Verification } from '../../contracts/registry-facts.ts';
import { modelArgument, timeArgument } from '../arguments.ts';
import { controlApi } from '../context.ts';
import { createOutput, exitCodes, shortTime, table } from '../output.ts';

interface Options {
  readonly json: boolean;
}

export function ledgerVerbs(program: Command): void {
  const ledger = program
    .command('ledger')
    .argument('<model>')
    .description('every change of the registry: who, when, why')
    .option('--json', 'print JSON', false)
    .action(showLedger);
  ledger
    .command('verify')
    .argument('[model]', 'one model; default: all of them')
    .description('check signatures, hash chain, and every document against what the ledger says')
    .option('--json', 'print JSON', false)
    // A parent that takes `--json` itself would keep it from this verb.
    .action((model: string | undefined, _options: Options, command: Command) =>
      verify(model, command.optsWithGlobals()),
    );
  program
    .command('served')
    .argument('[model]', 'one model; default: all of them')
    .description('who served a model at a time')
    .requiredOption('--at <time>', 'ISO 8601, such as 2026-05-03T10:00:00Z')
    .option('--json', 'print JSON', false)
    .action(showServed);
}

async function showLedger(model: string, { json }: Options): Promise<void> {
  const entries = await (await controlApi()).ledger(modelArgument(model));
  createOutput(json).result(entries, () =>
    table(
      ['#', 'at', 'change', 'by', 'reason'],
      entries.map((entry) => [
        String(entry.sequence),
        shortTime(entry.at),
        entry.change.kind,
        entry.actor,
        entry.reason,
      ]),
    ),
  );
}

async function verify(model: string | undefined, { json }: Options): Promise<void> {
  const api = await controlApi();
  const reports =
    model === undefined ? await api.verifyLedgers() : [await api.verifyLedger(modelArgument(model))];
  createOutput(json).result(model === undefined ? reports : reports[0], () => describeReports(reports));
  if (reports.some(({ problems }) => problems.length > 0)) process.exitCode = exitCodes.failed;
}

/** @returns a line a problem, and one for each ledger */
export function describeReports(reports: Verification): string {
  if (reports.length === 0) return 'there is no ledger yet';
  const lines = reports.flatMap(({ model, entries, documents, head, problems }) => {
    const upTo = `${head.sequence}, ${head.hash.slice(0, 12)}`;
    const found = problems.length === 0 ? 'all hold' : counted(problems.length, 'problem');
    const read = `${entries === 1 ? '1 entry' : `${entries} entries`} (up to ${upTo})`;
    return [...problems, `${model}: ${read}, ${counted(documents, 'document')}, ${found}`];
  });
  return lines.join('\n');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

async function showServed(model: string | undefined, { at, json }: Options & { at: string }): Promise<void> {
  const time = timeArgument('--at', at);
  const api = await controlApi();
  if (model !== undefined) {
    const routing = await api.served(modelArgument(model), time);
    createOutput(json).result(routing ?? null, () => describeRouting(routing));
    return;
  }
  const models = (await api.models()).map((it) => it.model);
  const served = await Promise.all(models.map(async (name) => [name, await api.served(name, time)] as const));
  createOutput(json).result(
    Object.fromEntries(served.map(([name, routing]) => [name, routing ?? null])),
    () =>
      served.length === 0
        ? 'there is no model yet'
        : served.map(([name, routing]) => `${name}: ${describeRouting(routing)}`).join('\n'),
  );
}

function describeRouting(routing: RoutingDocument | undefined): string {
  if (!routing) return 'nothing was in service';
  const { champion, challenger, generation, at } = routing;
  const beside = challenger
    ? `; version ${challengersOf(routing).join(', ')} in ${challenger.mode} at ${challenger.trafficFraction * 100} %`
    : '';
  return `version ${champion ?? 'none'} (generation ${generation}, since ${at})${beside}`;
}
