// doctor: what the stack is made of and whether it is well; servers of yours and workflows that do not get on included.
import type { Command } from 'commander';
import { ControlApiError } from '../../client/control-api.ts';
import { findStuckWorkflows, type StuckWorkflow } from '../../client/stuck-workflows.ts';
import type { StoreFacts } from '../../contracts/control-api.ts';
import { formatVersion } from '../../contracts/registry.ts';
import type { Inspection } from '../../contracts/repair.ts';
import { readSettings } from '../../settings/settings.ts';
import { componentTable } from '../../setup/components.mjs';
import type { Environment } from '../../stack/component.ts';
import { components } from '../../stack/components.ts';
import { readStack } from '../../stack/control.ts';
import { isExternal } from '../../stack/plan.ts';
import type { StackState } from '../../stack/state.ts';
import { controlApi, withClient } from '../context.ts';
import { createOutput, exitCodes, table } from '../output.ts';
import { describeInspection } from './repair.ts';

type Row = Awaited<ReturnType<typeof componentTable>>[number];

/** A component as the doctor tells of it. */
export interface Examined extends Omit<Row, 'state'> {
  /** `external` where a variable names one of yours: a program here is not needed then. */
  readonly state: Row['state'] | 'external';
  readonly health: string;
}

const serverOf: Readonly<Record<string, string>> = { promtool: 'prometheus' };
const checkTimeoutMs = 2_000;
const unreachable = 'does not answer';

export function doctorVerb(program: Command): void {
  program
    .command('doctor')
    .description(
      'every component: version, where it is from, healthy or not; workflows that do not get on; versions that are damaged',
    )
    .option('--json', 'print JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const state = await readStack(readSettings(process.env).home);
      const examined = await examine(await componentTable(), state, process.env);
      const workflows = await stuckWorkflows(examined);
      const api = await controlApi();
      const store = await unlessAway(api.store());
      const versions = (await unlessAway(api.damage())) ?? [];
      createOutput(json).result({ components: examined, workflows, store: store ?? null, versions }, () =>
        [
          describeComponents(examined),
          ...describeStore(store),
          ...describeStuck(workflows),
          ...describeDamage(versions),
        ].join('\n'),
      );
      const ill = examined.some((row) => row.state === 'missing' || row.health === unreachable);
      if (ill || workflows.length + versions.length > 0) process.exitCode = exitCodes.failed;
    });
}

/** Health belongs to what runs: servers, yours among them, and our own processes, which only a stack has. */
export async function examine(
  rows: readonly Row[],
  state: StackState | undefined,
  environment: Environment,
): Promise<Examined[]> {
  const running = new Map(Object.entries(state?.components ?? {}));
  const servers = await Promise.all(
    rows.map(async (row): Promise<Examined> => {
      const server = components.find(({ name }) => name === (serverOf[row.component] ?? row.component));
      if (server === undefined || !isExternal(server, environment)) {
        const health =
          server?.name === row.component ? (running.get(row.component)?.state ?? 'not running') : '';
        return { ...row, health };
      }
      const from = server.externalBy ?? '';
      const check = server.externalHealth?.(environment) ?? server.health(environment, {});
      const problem = await check(checkTimeoutMs);
      return {
        component: row.component,
        ...{ version: '', from, state: 'external' },
        health: problem === undefined ? 'healthy' : unreachable,
        detail: problem ?? environment[from] ?? '',
      };
    }),
  );
  const listed = new Set(rows.map(({ component }) => component));
  const own = [...running].filter(([name]) => !listed.has(name));
  return [
    ...servers,
    ...own.map(([name, { version, from, url, state: health }]): Examined => {
      return { component: name, version, from, state: 'present', detail: url, health };
    }),
  ];
}

/** Nothing is known of it where the control process is not up. */
async function unlessAway<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof ControlApiError) return undefined;
    throw error;
  });
}

/** As the control process found it when it opened it. */
export function describeStore(store: StoreFacts | undefined): string[] {
  if (store === undefined) return [];
  const { locations, lacks } = store;
  const judgement = lacks.length === 0 ? ': locks objects and honours conditional writes' : ' lacks:';
  return ['', `the store of ${locations.join(' and ')}${judgement}`, ...lacks.map((lack) => `  ${lack}`)];
}

/** Those in service, or that a rollback goes to. */
export function describeDamage(versions: readonly Inspection[]): string[] {
  return versions.flatMap((found) => [
    '',
    ...describeInspection(found),
    ...(found.damaged.length > 0
      ? [`\`coppice repair ${formatVersion(found.model, found.version)}\` makes it again`]
      : []),
  ]);
}

/** Where no Temporal server is up there is nothing to ask, and the table says so already. */
async function stuckWorkflows(examined: readonly Examined[]): Promise<StuckWorkflow[]> {
  const temporal = examined.find(({ component }) => component === 'temporal');
  if (temporal === undefined || !['healthy', 'external'].includes(temporal.health)) return [];
  return withClient((client) => findStuckWorkflows(client.temporal));
}

function describeComponents(examined: readonly Examined[]): string {
  return table(
    ['component', 'version', 'from', 'state', 'health', ''],
    examined.map((row) => [row.component, row.version, row.from, row.state, row.health, row.detail]),
  );
}

function describeStuck(workflows: readonly StuckWorkflow[]): string[] {
  if (workflows.length === 0) return [];
  const rows = workflows.map(({ workflowId, attempts, reason }) => [workflowId, String(attempts), reason]);
  return [
    '',
    table(['does not get on', 'attempts', 'because'], rows),
    'Its code fails or no longer fits its history, as after a change of Coppice: run the code under which it began, or',
    'end it in the Temporal UI (Terminate); a controller begins anew with the next word to its model.',
  ];
}
