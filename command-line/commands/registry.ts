// versions, report: what the registry holds.
import type { Command } from 'commander';
import { formatVersion } from '../../contracts/registry.ts';
import { BadArgument, modelArgument, versionArgument } from '../arguments.ts';
import { controlApi } from '../context.ts';
import { createOutput, shortTime, table } from '../output.ts';

interface Options {
  readonly json: boolean;
}

/** Of classifiers, of what finds entities, and of language models; only those that a version has are shown. */
const figures = [
  ['accuracy', 'accuracy'],
  ['F1', 'f1'],
  ['AUC', 'auc'],
  ['F1 of entities', 'entityF1'],
  ['perplexity', 'perplexity'],
  ['bits per byte', 'bitsPerByte'],
] as const;

export function registryVerbs(program: Command): void {
  program
    .command('versions')
    .argument('<model>')
    .description('all versions of a model and what became of them')
    .option('--json', 'print JSON', false)
    .action(async (model: string, { json }: Options) => {
      const versions = await (await controlApi()).versions(modelArgument(model));
      const shown = figures.filter(([, name]) => versions.some(({ metrics }) => name in metrics));
      createOutput(json).result(versions, () =>
        table(
          [
            ...['version', 'state', 'made', 'based on', 'served in', 'because of'],
            ...shown.map(([title]) => title),
          ],
          versions.map(
            ({ version, state, retrainingDue, createdAt, basedOn, precision, trigger, metrics }) => [
              formatVersion(model, version),
              retrainingDue ? `${state}, to be retrained` : state,
              shortTime(createdAt),
              basedOn === undefined ? '' : String(basedOn),
              precision ?? 'float32',
              trigger.kind === 'alert' ? `alert ${trigger.alert}` : trigger.kind,
              ...shown.map(([, name]) => (Number.isFinite(metrics[name]) ? metrics[name].toFixed(3) : '')),
            ],
          ),
        ),
      );
    });
  program
    .command('report')
    .argument('<version>', 'such as mail-filter@2')
    .description('where the evaluation report of a version is read')
    .option('--json', 'print JSON', false)
    .action(async (text: string, { json }: Options) => {
      const { model, version } = versionArgument(text);
      const api = await controlApi();
      if (!(await api.versions(model)).some((it) => it.version === version))
        throw new BadArgument(`${text} is not in the registry`);
      const url = api.reportUrl(model, version);
      createOutput(json).result({ url }, () => url);
    });
}
