// lineage: from a version back to the documents that it saw, and from a document to the versions that saw it.
import type { Command } from 'commander';
import type { LineageTree, LineageUse, LineageUses, VersionLineage } from '../../contracts/lineage-view.ts';
import { formatVersion } from '../../contracts/registry.ts';
import { BadArgument, countArgument, versionArgument } from '../arguments.ts';
import { controlApi } from '../context.ts';
import { createOutput, shortTime } from '../output.ts';

interface Options {
  readonly of?: string;
  readonly documents: string;
  readonly openlineage: boolean;
  readonly json: boolean;
}

export function lineageVerb(program: Command): void {
  program
    .command('lineage')
    .argument('[version]', 'such as mail-filter@2; `--of` instead for a document or a digest')
    .description('from traffic back to the documents that a version saw, or from a document to what saw it')
    .option('--of <document|digest>', 'id, URI or digest of a document, or digest of an artifact')
    .option('--documents <number>', 'how many documents of a collection are named', '5')
    .option('--openlineage', 'print OpenLineage run events, one a line', false)
    .option('--json', 'print JSON', false)
    .action(lineage);
}

async function lineage(text: string | undefined, options: Options): Promise<void> {
  const { of, openlineage, json } = options;
  if ((text === undefined) === (of === undefined))
    throw new BadArgument('lineage of what: expected either a version or --of <document|digest>');
  const documents = countArgument('--documents', options.documents);
  const version = text === undefined ? undefined : versionArgument(text);
  const api = await controlApi();
  if (openlineage) {
    const events = await api.openLineage(version ?? { of: of ?? '' });
    createOutput(json).result(events, () => events.map((event) => JSON.stringify(event)).join('\n'));
  } else if (version) {
    const found = await api.lineage(version.model, version.version, documents);
    createOutput(json).result(found, () => describeVersion(found));
  } else {
    const found = await api.lineageOf(of ?? '');
    createOutput(json).result(found, () => describeUses(found));
  }
}

function describeVersion({ version: document, state, routing, traffic, tree }: VersionLineage): string {
  const { model, version, createdAt, runId } = document;
  const moves = traffic.map((entry) => `  ${shortTime(entry.at)}  ${entry.change.kind}: ${entry.reason}`);
  return [
    `${formatVersion(model, version)}, made ${shortTime(createdAt)} by ${runId}`,
    `${state}${routing ? ` in routing generation ${routing.generation}` : ''}`,
    ...(moves.length > 0 ? ['traffic', ...moves] : ['never in traffic']),
    ...treeLines(tree, ''),
  ].join('\n');
}

function* treeLines(node: LineageTree, indent: string): Generator<string> {
  const made = node.stage === undefined ? '' : ` ← ${node.step ?? node.stage}`;
  const role = node.role === 'start' ? 'package' : node.role;
  yield `${indent}${role} ${short(node.reference.digest)}${made}${node.repeated ? ' (above)' : ''}`;
  if (node.documents) yield* documentLines(node.documents, `${indent}  `);
  for (const input of node.inputs) yield* treeLines(input, `${indent}  `);
}

function* documentLines(
  { count, sources, first, forgotten }: NonNullable<LineageTree['documents']>,
  indent: string,
): Generator<string> {
  const bySource = Object.entries(sources).map(([source, number]) => `${number} of ${source}`);
  yield `${indent}${count} documents: ${bySource.join(', ')}${forgotten > 0 ? `; ${forgotten} forgotten since` : ''}`;
  for (const { id, uri, digest, collectedAt } of first) {
    yield `${indent}  ${id} ← ${uri}, ${short(digest)}, collected ${shortTime(collectedAt)}`;
  }
  const unnamed = count - first.length;
  if (unnamed > 0) yield `${indent}  … and ${unnamed} more (--documents ${count})`;
}

function describeUses(found: LineageUses): string {
  const { of, documents, forgottenAt, datasets, checkpoints, versions, tree } = found;
  const origins = documents.map(
    ({ id, uri, digest, collectedAt, shard }) =>
      `${id} ← ${uri}, ${short(digest)}, collected ${shortTime(collectedAt)}, in shard ${short(shard)}`,
  );
  return [
    ...(forgottenAt === undefined
      ? []
      : [`${of} was forgotten ${shortTime(forgottenAt)}; this saw it before`]),
    ...origins,
    ...tree.flatMap((use) => [...useLines(use, '')]),
    `seen by ${count(datasets.length, 'dataset')}, ${count(checkpoints.length, 'checkpoint')}, ${
      versions.length === 0 ? 'no version' : versions.map(describeVersionState).join(', ')
    }`,
  ].join('\n');
}

function* useLines(use: LineageUse, indent: string): Generator<string> {
  const made = use.step === undefined ? '' : ` ← ${use.step}`;
  const first = use.runs.at(0);
  const others = use.runs.length > 1 ? ` and ${use.runs.length - 1} more` : '';
  const runs = first === undefined ? '' : ` of ${first}${others}`;
  const versions = use.versions.map((version) => ` = ${describeVersionState(version)}`).join('');
  yield `${indent}${use.role} ${short(use.reference.digest)}${made}${runs}${versions}${use.repeated ? ' (above)' : ''}`;
  for (const next of use.into) yield* useLines(next, `${indent}  `);
}

function describeVersionState({
  model,
  version,
  state,
  retrainingDue,
}: LineageUses['versions'][number]): string {
  return `${formatVersion(model, version)} (${state}${retrainingDue ? ', to be retrained' : ''})`;
}

const short = (digest: string): string => digest.replace('sha256:', '').slice(0, 12);

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
