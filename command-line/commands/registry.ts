// versions, lineage, report: what the registry holds.
import type { Command } from 'commander';
import type { LineageTree, VersionLineage } from '../../contracts/control-api.ts';
import { formatVersion } from '../../contracts/registry.ts';
import { BadArgument, modelArgument, versionArgument } from '../arguments.ts';
import { controlApi } from '../context.ts';
import { createOutput, shortTime, table } from '../output.ts';

interface Options {
  readonly json: boolean;
}

export function registryVerbs(program: Command): void {
  program
    .command('versions')
    .argument('<model>')
    .description('all versions of a model and what became of them')
    .option('--json', 'print JSON', false)
    .action(async (model: string, { json }: Options) => {
      const versions = await (await controlApi()).versions(modelArgument(model));
      createOutput(json).result(versions, () =>
        table(
          ['version', 'state', 'made', 'based on', 'because of', 'accuracy', 'F1', 'AUC'],
          versions.map(({ version, state, createdAt, basedOn, trigger, metrics }) => [
            formatVersion(model, version),
            state,
            shortTime(createdAt),
            basedOn === undefined ? '' : String(basedOn),
            trigger.kind === 'alert' ? `alert ${trigger.alert}` : trigger.kind,
            ...[metrics.accuracy, metrics.f1, metrics.auc].map((value) =>
              Number.isFinite(value) ? value.toFixed(3) : '',
            ),
          ]),
        ),
      );
    });
  program
    .command('lineage')
    .argument('<version>', 'such as mail-filter@2')
    .description('from traffic back to the documents that a version saw')
    .option('--json', 'print JSON', false)
    .action(async (text: string, { json }: Options) => {
      const { model, version } = versionArgument(text);
      const lineage = await (await controlApi()).lineage(model, version);
      createOutput(json).result(lineage, () => describeLineage(lineage));
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

function describeLineage({ version, traffic, tree }: VersionLineage): string {
  const moves = traffic.map((entry) => `  ${shortTime(entry.at)}  ${entry.change.kind}: ${entry.reason}`);
  return [
    `${formatVersion(version.model, version.version)}, made ${shortTime(version.createdAt)} by ${version.runId}`,
    ...(moves.length > 0 ? ['traffic', ...moves] : ['never in traffic']),
    ...treeLines(tree, ''),
  ].join('\n');
}

function* treeLines(node: LineageTree, indent: string): Generator<string> {
  const made = node.stage === undefined ? '' : ` ← ${node.step ?? node.stage}`;
  const documents = node.documents
    ? `: ${node.documents.count} documents, first ${node.documents.first.join(', ')}`
    : '';
  yield `${indent}${node.role === 'start' ? 'package' : node.role} ${node.reference.digest.slice(7, 19)}${made}${documents}${node.repeated ? ' (above)' : ''}`;
  for (const input of node.inputs) yield* treeLines(input, `${indent}  `);
}
