// batch: a version answers every record of a dataset.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { RequestRefused } from '../../client/failures.ts';
import { type BatchRequest, type BatchView, batchRequestSchema } from '../../contracts/batch.ts';
import { type BatchFormat, batchFormats } from '../../contracts/model-spec/batches.ts';
import { BadArgument, countArgument, modelArgument, versionArgument } from '../arguments.ts';
import { writeAnswers } from '../batch-answers.ts';
import { controlApi, requireVersion, withClient } from '../context.ts';
import { createOutput, exitCodes, shortTime, table } from '../output.ts';
import { watchBatch } from '../watch-batch.ts';

interface JsonOption {
  readonly json: boolean;
}

interface RunOptions extends JsonOption {
  readonly data?: string;
  readonly objects?: string;
  readonly inputFormat?: string;
  readonly field?: string;
  readonly template?: string;
  readonly maxTokens?: string;
  readonly temperature?: string;
  readonly seed?: string;
  readonly format: string;
  readonly out?: string;
  readonly follow: boolean;
}

export function batchVerbs(program: Command): void {
  const batch = program.command('batch').description('a version answers every record of a dataset');
  batch
    .command('run')
    .argument('<model|version>', 'such as mail-filter, for the version in service, or mail-filter@2')
    .description('answer the records of a file or of a bucket; prints the id of the batch')
    .option('--data <file>', 'JSON lines or Parquet, gzipped or not')
    .option('--objects <bucket/prefix>', 'all tables below a prefix of the store')
    .option('--input-format <name>', `of --data, where its name does not say it: ${batchFormats.join(', ')}`)
    .option('--field <name>', 'the member of a record that holds its text (default: text)')
    .option('--template <text>', 'of a language model: what is asked, with the text in the place of {text}')
    .option('--max-tokens <number>', 'of a language model: of an answer (default: 64)')
    .option('--temperature <number>', 'of a language model (default: 0, the likeliest token each time)')
    .option('--seed <number>', 'equal seeds draw equal answers (default: 0)')
    .option('--format <name>', `of the answers: ${batchFormats.join(', ')}`, 'jsonl')
    .option('--out <path>', 'wait, and write the answers there: a file of JSON lines, or a folder of Parquet')
    .option('--follow', 'wait, and tell how far it has come', false)
    .option('--json', 'print JSON', false)
    .action(run);
  batch
    .command('list')
    .argument('[model]')
    .description('batches that run or have ended, the newest first')
    .option('--json', 'print JSON', false)
    .action(async (model: string | undefined, { json }: JsonOption) => {
      if (model !== undefined) modelArgument(model);
      const found = await withClient(({ batches }) => batches.list(model));
      createOutput(json).result(found, () =>
        table(
          ['batch', 'state', 'started', 'ended'],
          found.map(({ id, state, startedAt, endedAt }) => [
            ...[id, state.toLowerCase(), shortTime(startedAt), endedAt ? shortTime(endedAt) : ''],
          ]),
        ),
      );
    });
  batch
    .command('show')
    .argument('<batch>', 'its id')
    .description('how a batch stands, or what it has left')
    .option('--follow', 'wait, and tell how far it has come', false)
    .option('--out <path>', 'wait, and write the answers there')
    .option('--json', 'print JSON', false)
    .action((id: string, options: FollowOptions) => conclude(batchArgument(id), options));
  batch
    .command('cancel')
    .argument('<batch>', 'its id')
    .description('end a batch; what it has answered is not asked again by the next one of the same records')
    .option('--json', 'print JSON', false)
    .action(async (id: string, { json }: JsonOption) => {
      await withClient(async ({ batches }) => {
        const found = await batches.view(batchArgument(id));
        if (!found) throw new RequestRefused(`there is no batch ${id}: \`coppice batch list\` names them`);
        if (found.state !== 'RUNNING')
          throw new RequestRefused(`${id} is ${found.state.toLowerCase()} already`);
        await batches.cancel(id);
      });
      createOutput(json).result({ id, cancelled: true }, () => `${id} is told to end`);
    });
  batch
    .command('schedule')
    .argument('<model>')
    .description('batches by the clock; the model file says them in batches')
    .option('--now <name>', 'have that one start at once')
    .option('--json', 'print JSON', false)
    .action(schedule);
}

interface FollowOptions extends JsonOption {
  readonly out?: string;
  readonly follow: boolean;
}

async function run(target: string, options: RunOptions): Promise<void> {
  const named = target.includes('@') ? versionArgument(target) : { model: modelArgument(target) };
  if ((options.data === undefined) === (options.objects === undefined))
    throw new BadArgument('expected --data or --objects, one of them');
  const question = questionOf(options);
  if ('version' in named) await requireVersion(named.model, named.version);
  const records = await recordsOf(options);
  const parsed = batchRequestSchema.safeParse({ ...named, records, question });
  if (!parsed.success)
    throw new BadArgument(
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  const id = await withClient(({ batches }) => batches.start(parsed.data));
  if (options.follow || options.out !== undefined) {
    createOutput(options.json).note(id);
    await conclude(id, options);
    return;
  }
  createOutput(options.json).result({ id }, () => id);
}

function questionOf({ field, template, maxTokens, temperature, seed, format }: RunOptions): object {
  const heat = temperature === undefined ? undefined : Number(temperature);
  if (Number.isNaN(heat))
    throw new BadArgument(`--temperature: expected a number, not ${String(temperature)}`);
  return {
    ...{ field, template, output: formatArgument('--format', format), temperature: heat },
    ...(maxTokens !== undefined && { maximumTokens: countArgument('--max-tokens', maxTokens) }),
    ...(seed !== undefined && { seed: countArgument('--seed', seed) }),
  };
}

async function recordsOf({
  data,
  objects,
  inputFormat,
}: RunOptions): Promise<BatchRequest['records'] | object> {
  if (objects !== undefined) {
    const [bucket, ...rest] = objects.replace(/^s3:\/\//, '').split('/');
    return { kind: 'objects', bucket, prefix: rest.join('/') };
  }
  const path = String(data);
  const ending = /\.parquet(\.gz)?$/i.test(path) ? 'parquet' : 'jsonl';
  const format = inputFormat === undefined ? ending : formatArgument('--input-format', inputFormat);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new BadArgument(`--data: ${path} is no file that can be read`);
  const { file } = await (await controlApi()).storeRecords(createReadStream(path));
  return { kind: 'file', file, format };
}

function formatArgument(option: string, text: string): BatchFormat {
  const found = batchFormats.find((format) => format === text);
  if (found) return found;
  throw new BadArgument(`${option}: expected ${batchFormats.join(' or ')}, not ${text}`);
}

function batchArgument(id: string): string {
  if (/^batch\/[^/]+\/[^/]+$/.test(id)) return id;
  throw new BadArgument(`${id} is no id of a batch: \`coppice batch list\` names them`);
}

/** Tells how a batch stands; where it is asked for, after its end, with its answers written. */
async function conclude(id: string, { follow, out, json }: FollowOptions): Promise<void> {
  const output = createOutput(json);
  const view = await withClient(async ({ batches }) =>
    follow || out !== undefined ? watchBatch(id, { batches, note: output.note }) : batches.view(id),
  );
  if (!view) throw new RequestRefused(`there is no batch ${id}: \`coppice batch list\` names them`);
  if (out !== undefined && view.result) await writeAnswers(await controlApi(), id, out);
  output.result(view, () => viewText(view, view.result && out));
  if (['FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT'].includes(view.state))
    process.exitCode = exitCodes.failed;
}

function viewText({ id, state, status, result, failure }: BatchView, out: string | undefined): string {
  const counts = ({ answered, setAside }: { answered: number; setAside: number }) =>
    `${answered} answers, ${setAside} records set aside`;
  return [
    `${id} is ${state.toLowerCase()}`,
    ...(status ? [`${status.shardsDone} of ${status.shards} shards; ${counts(status)}`] : []),
    ...(result ? [`version ${result.version}: ${counts(result)}`, result.output.digest] : []),
    ...(failure === undefined ? [] : [failure]),
    ...(out === undefined ? [] : [`written to ${out}`]),
  ].join('\n');
}

async function schedule(model: string, { now, json }: JsonOption & { readonly now?: string }): Promise<void> {
  modelArgument(model);
  const found = await withClient(async ({ batchSchedules }) => {
    const states = await batchSchedules.describe(model);
    if (states.length === 0)
      throw new RequestRefused(
        `${model} has no batches: put them into batches of its model file and apply that`,
      );
    if (now === undefined) return states;
    if (!states.some(({ name }) => name === now))
      throw new RequestRefused(
        `${model} has no batch ${now}: there is ${states.map(({ name }) => name).join(', ')}`,
      );
    await batchSchedules.trigger(model, now);
    return states;
  });
  createOutput(json).result(found, () =>
    table(
      ['batch', 'schedule (UTC)', 'next', 'last'],
      found.map(({ name, schedule: cron, paused, next, last }) => [
        ...[
          name,
          paused ? `${cron}, paused` : cron,
          next.slice(0, 1).map(shortTime).join(''),
          last?.workflowId ?? 'never',
        ],
      ]),
    ),
  );
}
