// versions, report: what the registry holds.
import type { Command } from 'commander';
import type { VersionSummary } from '../../contracts/control-api.ts';
import { hyperparametersText } from '../../contracts/model-spec/searched-phase.ts';
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
      createOutput(json).result(versions, () => versionsText(versions));
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

/** A line a version; what was searched for is shown where a search found it for one of them. */
export function versionsText(versions: readonly VersionSummary[]): string {
  const shown = figures.filter(([, name]) => versions.some(({ metrics }) => name in metrics));
  const searched = versions.some(({ hyperparameters }) => hyperparameters !== undefined);
  return table(
    [
      ...['version', 'state', 'made', 'based on', 'served in', 'because of'],
      ...shown.map(([title]) => title),
      ...(searched ? ['found by search'] : []),
    ],
    versions.map(({ model, version, state, retrainingDue, createdAt, basedOn, precision, ...it }) => [
      formatVersion(model, version),
      retrainingDue ? `${state}, to be retrained` : state,
      shortTime(createdAt),
      basedOn === undefined ? '' : String(basedOn),
      precision ?? 'float32',
      it.trigger.kind === 'alert' ? `alert ${it.trigger.alert}` : it.trigger.kind,
      ...shown.map(([, name]) => (Number.isFinite(it.metrics[name]) ? it.metrics[name].toFixed(3) : '')),
      ...(it.hyperparameters ? [hyperparametersText(it.hyperparameters)] : []),
    ]),
  );
}
