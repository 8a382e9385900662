// diff: what differs between two versions: spec, hyperparameters that were found, data, code, parameters, metrics.
import type { Command } from 'commander';
import type { Provenance } from '../../contracts/registry-facts.ts';
import { versionArgument } from '../arguments.ts';
import { controlApi } from '../context.ts';
import { createOutput, table } from '../output.ts';
import { compareEvidence, describeComparison } from './compare.ts';

/** One place where two versions differ; undefined where one has nothing there. */
interface Difference {
  readonly path: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** So much of a value is shown in a table; `--json` has it whole. */
const shownLength = 48;

export function diffVerb(program: Command): void {
  program
    .command('diff')
    .argument('<a>', 'a version, such as mail-filter@1')
    .argument('<b>', 'another')
    .description(
      'what differs between two versions: spec, hyperparameters found, data, code, parameters, metrics',
    )
    .option('--json', 'print JSON', false)
    .action(async (first: string, second: string, { json }: { json: boolean }) => {
      const [a, b] = [versionArgument(first), versionArgument(second)];
      const api = await controlApi();
      const [madeA, madeB, judgedA, judgedB] = await Promise.all([
        api.provenance(a.model, a.version),
        api.provenance(b.model, b.version),
        api.evidence(a.model, a.version),
        api.evidence(b.model, b.version),
      ]);
      const differences = diffVersions(madeA, madeB);
      const compared = compareEvidence(judgedA, judgedB);
      createOutput(json).result({ a: first, b: second, ...differences, ...compared }, () =>
        [
          ...Object.entries(differences).map(([part, rows]) => describePart(part, rows, [first, second])),
          describeComparison(compared, [first, second]),
        ].join('\n\n'),
      );
    });
}

/** @returns by part, what differs; the steps are those that lineage names */
export function diffVersions(a: Provenance, b: Provenance) {
  const steps = (pick: (step: Provenance['steps'][number]) => unknown) =>
    diffValues(byStep(a, pick), byStep(b, pick), '');
  const [foundForA, foundForB] = [a, b].map(({ version }) => version.hyperparameters);
  const found = (foundForA ?? foundForB) && {
    hyperparameters: diffValues(foundForA ?? {}, foundForB ?? {}, ''),
  };
  return {
    spec: diffValues(a.spec, b.spec, ''),
    ...found,
    data: steps(({ inputs, metrics }) => ({ ...inputs, ...metrics })),
    code: steps(({ codeVersion }) => codeVersion),
    parameters: steps(parametersOf),
  } satisfies Record<string, readonly Difference[]>;
}

/** Of a search, without its trials: their figures always differ, and the report has them. */
function parametersOf({ step, parameters }: Provenance['steps'][number]): unknown {
  if (step !== 'search' || !isObject(parameters)) return parameters;
  const { trials: _trials, ...rest } = parameters;
  return rest;
}

function byStep(
  { steps }: Provenance,
  pick: (step: Provenance['steps'][number]) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(steps.map((step) => [step.step, pick(step)]));
}

/** @returns the places where two JSON values differ, outermost first */
function diffValues(a: unknown, b: unknown, path: string): Difference[] {
  if (isObject(a) && isObject(b)) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return names.flatMap((name) => diffValues(a[name], b[name], path === '' ? name : `${path}.${name}`));
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ path, a, b }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function describePart(part: string, rows: readonly Difference[], names: readonly string[]): string {
  if (rows.length === 0) return `${part}: the same`;
  return table(
    [part, ...names],
    rows.map(({ path, a, b }) => [path, show(a), show(b)]),
  );
}

function show(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return text.slice(7, 19);
  return text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text;
}
