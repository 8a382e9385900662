// gc, sizes, hold, unhold, holds: what the store keeps, and what it need not.
import type { Command } from 'commander';
import { digestSchema } from '../../contracts/artifact.ts';
import type { CollectionReport, Hold, Sizes } from '../../contracts/housekeeping.ts';
import { BadArgument } from '../arguments.ts';
import { controlApi, requester } from '../context.ts';
import { createOutput, shortTime, sizeText, table } from '../output.ts';

interface Options {
  readonly json: boolean;
}

export function housekeepingVerbs(program: Command): void {
  program
    .command('gc')
    .description('what no version, run, hold or cached step leads to; removes it only with --delete')
    .option('--delete', 'remove what is listed', false)
    .option('--older-than <hours>', 'leave what is younger; 1 at least, 24 by default')
    .option('--json', 'print JSON', false)
    .action(async (options: Options & { delete: boolean; olderThan?: string }) => {
      const olderThanHours = options.olderThan === undefined ? undefined : hoursArgument(options.olderThan);
      const report = await (await controlApi()).collectGarbage({
        delete: options.delete,
        ...(olderThanHours !== undefined && { olderThanHours }),
      });
      createOutput(options.json).result(report, () => describeCollection(report));
    });
  program
    .command('sizes')
    .description('how much the store holds, by model and stage')
    .option('--json', 'print JSON', false)
    .action(async ({ json }: Options) => {
      const sizes = await (await controlApi()).sizes();
      createOutput(json).result(sizes, () => describeSizes(sizes));
    });
  program
    .command('hold')
    .argument('<digest>', 'of an artifact, such as sha256:… in lineage --json')
    .description('keep an artifact, and what it holds, whatever becomes of the run that made it')
    .requiredOption('--reason <text>', 'stands beside it')
    .option('--json', 'print JSON', false)
    .action(async (digest: string, { json, reason }: Options & { reason: string }) => {
      const request = { digest: digestArgument(digest), reason, by: requester() };
      const hold = await (await controlApi()).hold(request);
      createOutput(json).result(hold, () => `${digest} is held until it is released`);
    });
  program
    .command('unhold')
    .argument('<digest>')
    .description('release an artifact that is held')
    .option('--json', 'print JSON', false)
    .action(async (digest: string, { json }: Options) => {
      const { released } = await (await controlApi()).release(digestArgument(digest));
      if (!released) throw new BadArgument(`${digest} is not held`);
      createOutput(json).result({ released }, () => `${digest} is held no longer`);
    });
  program
    .command('holds')
    .description('artifacts that are held: by whom, since when and why')
    .option('--json', 'print JSON', false)
    .action(async ({ json }: Options) => {
      const holds = await (await controlApi()).holds();
      createOutput(json).result(holds, () => (holds.length > 0 ? describeHolds(holds) : 'nothing is held'));
    });
}

function digestArgument(text: string): string {
  if (digestSchema.safeParse(text).success) return text;
  throw new BadArgument(`expected sha256:<64 hex digits>, not ${text}`);
}

function hoursArgument(text: string): number {
  const hours = Number(text);
  if (Number.isFinite(hours) && hours >= 1) return hours;
  throw new BadArgument(`--older-than: expected hours, 1 at least, not ${text}`);
}

function describeCollection(report: CollectionReport): string {
  const { versions, runs, holds, cachedSteps } = report.roots;
  const { total, kept } = report;
  const amount = `${total.objects} objects, ${sizeText(total.sizeBytes)}`;
  const nothing = 'nothing to remove';
  const summary = report.deleted ? `${amount} removed` : `${amount} to be removed by --delete`;
  return [
    ...report.problems.map((problem) => `cannot be read: ${problem}`),
    ...(report.stages.length > 0
      ? [
          table(
            ['model', 'stage', 'artifacts', 'size'],
            report.stages.map((row) => [row.model, row.stage, String(row.objects), sizeText(row.sizeBytes)]),
          ),
          '',
        ]
      : []),
    ...report.garbage.map(({ what, objects, sizeBytes }) => `${what}: ${objects}, ${sizeText(sizeBytes)}`),
    `kept: ${kept.objects} artifacts, ${sizeText(kept.sizeBytes)}, for ${versions} versions, ${runs} open runs, ` +
      `${holds} holds, ${cachedSteps} cached steps, and all since ${shortTime(report.before)}`,
    total.objects > 0 ? summary : nothing,
  ].join('\n');
}

function describeSizes({ stages, rest, total }: Sizes): string {
  return table(
    ['model', 'what', 'objects', 'size'],
    [
      ...stages.map(({ model, stage, objects, sizeBytes }) => [
        model,
        stage,
        String(objects),
        sizeText(sizeBytes),
      ]),
      ...rest.map(({ what, objects, sizeBytes }) => ['', what, String(objects), sizeText(sizeBytes)]),
      ['', 'all', String(total.objects), sizeText(total.sizeBytes)],
    ],
  );
}

function describeHolds(holds: readonly Hold[]): string {
  return table(
    ['digest', 'since', 'by', 'size', 'reason'],
    holds.map(({ reference, at, by, reason }) => [
      reference.digest,
      shortTime(at),
      by,
      sizeText(reference.sizeBytes),
      reason,
    ]),
  );
}
