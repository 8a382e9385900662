// data: what is expected of a model's data, how the newest differs, and people's word on it.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { RequestRefused } from '../../client/failures.ts';
import { follow } from '../../client/follow.ts';
import { loadModelFile } from '../../client/model-file.ts';
import { type DataCheck, type DataState, dataSchemaSchema } from '../../contracts/data-validation.ts';
import type { Decision } from '../../contracts/messages.ts';
import { BadArgument, modelArgument } from '../arguments.ts';
import { controlApi, requester, withClient } from '../context.ts';
import { createOutput, exitCodes, shortTime, table } from '../output.ts';
import { createPrinter, tolerant } from '../watch.ts';

interface Options {
  readonly json: boolean;
}

interface SchemaOptions extends Options {
  readonly set?: string;
  readonly reason?: string;
}

export function dataVerbs(program: Command): void {
  const data = program.command('data').description('what is expected of a model’s data, and how it differs');
  data
    .command('check')
    .argument('<spec>', 'a model file')
    .description('collect and clean what is new, and hold it against the data schema; trains nothing')
    .option('--json', 'print JSON', false)
    .action(check);
  data
    .command('show')
    .argument('<model>')
    .description('the revisions of the data schema, and the newest check')
    .option('--json', 'print JSON', false)
    .action(async (model: string, { json }: Options) => {
      const state = await (await controlApi()).dataState(modelArgument(model));
      createOutput(json).result(state, () => stateText(model, state));
    });
  data
    .command('schema')
    .argument('<model>')
    .description('print the data schema, or replace it by an edited one')
    .option('--set <file>', 'a file of JSON as this verb prints it')
    .option('--reason <text>', 'why it is replaced')
    .option('--json', 'print JSON', false)
    .action(schema);
  for (const accept of [true, false]) {
    data
      .command(accept ? 'accept' : 'reject')
      .argument('<model>')
      .description(
        accept
          ? 'let a run go on whose data waits; what was not expected of it is expected from now on'
          : 'end a run whose data waits',
      )
      .requiredOption('--reason <text>', 'why')
      .option('--json', 'print JSON', false)
      .action((model: string, options: Options & { readonly reason: string }) =>
        decide(modelArgument(model), { accept, ...options }),
      );
  }
}

async function check(path: string, { json }: Options): Promise<void> {
  const spec = await loadModelFile(path);
  const found = await withClient(async ({ dataChecks }) => {
    const id = await dataChecks.start({ spec });
    const printer = createPrinter();
    const look = async () => {
      for (const stage of (await dataChecks.status(id)).stages) printer.stage(stage);
    };
    return follow(dataChecks.result(id), tolerant(look));
  });
  createOutput(json).result(found, () => checkText(found));
  if (found.anomalies.length > 0) process.exitCode = exitCodes.failed;
}

async function schema(model: string, { set, reason, json }: SchemaOptions): Promise<void> {
  const api = await controlApi();
  modelArgument(model);
  if (set === undefined) {
    const { schema: found } = await api.dataState(model);
    if (!found) throw new RequestRefused(`${model} has no data schema yet: the first run infers it`);
    createOutput(true).result(found, () => '');
    return;
  }
  if (reason === undefined) throw new BadArgument('--set needs --reason, for whoever reads the revisions');
  const state = await api.changeDataSchema(model, { schema: await readSchema(set), by: requester(), reason });
  createOutput(json).result(state, () => stateText(model, state));
}

async function readSchema(path: string) {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new BadArgument(`--set ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = dataSchemaSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || '(the file)'}: ${issue.message}`,
  );
  throw new BadArgument(`--set ${path}: ${problems.join('; ')}`);
}

async function decide(
  model: string,
  { accept, reason, json }: { readonly accept: boolean; readonly reason: string; readonly json: boolean },
): Promise<void> {
  const decision = await withClient(async (client): Promise<Decision> => {
    const run = (await client.controllerState(model))?.run;
    if (!run) throw new RequestRefused(`no run of ${model} goes on`);
    return client.dataChecks.decide(run.workflowId, { accept, by: requester(), reason });
  });
  createOutput(json).result(decision, () => decision.reason);
  if (decision.decision !== 'done') process.exitCode = exitCodes.failed;
}

function checkText({ documents, revision, inferred, anomalies }: DataCheck): string {
  if (inferred) return `data schema 1 inferred from ${documents} documents`;
  const told = `${documents} new documents against data schema ${revision}`;
  if (anomalies.length === 0) return `${told}: as expected`;
  return [
    `${told}: ${anomalies.length} anomalies`,
    table(
      ['kind', 'what'],
      anomalies.map(({ kind, message }) => [kind, message]),
    ),
  ].join('\n');
}

function stateText(model: string, { revisions, lastCheck }: DataState): string {
  if (revisions.length === 0) return `${model} has no data schema yet: the first run infers it`;
  return [
    table(
      ['revision', 'made', 'by', 'because of'],
      revisions.map(({ revision, at, by, reason }) => [String(revision), shortTime(at), by, reason]),
    ),
    ...(lastCheck ? ['', `${shortTime(lastCheck.at)} ${lastCheck.runId}`, checkText(lastCheck)] : []),
  ].join('\n');
}
