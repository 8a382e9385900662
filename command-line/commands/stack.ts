// up, down, status, doctor: the local stack and what it is made of.
import { type Command, Option } from 'commander';
import { readSettings } from '../../settings/settings.ts';
import { componentTable } from '../../setup/components.mjs';
import { readStack, startStack, stopStack } from '../../stack/control.ts';
import type { StackState } from '../../stack/state.ts';
import { createOutput, exitCodes, table } from '../output.ts';

interface Options {
  readonly json: boolean;
}

export function stackVerbs(program: Command): void {
  program
    .command('up')
    .description('start the local stack, or find the one that runs')
    .addOption(
      new Option('--ports <where>', 'preferred: near the documented ports; anywhere: free ones')
        .choices(['preferred', 'anywhere'])
        .default('preferred'),
    )
    .option('--json', 'print JSON', false)
    .action(async ({ json, ports }: Options & { ports: 'preferred' | 'anywhere' }) => {
      const output = createOutput(json);
      const { home } = readSettings(process.env);
      const state = await startStack({
        home,
        environment: process.env,
        options: { ports },
        onChange: reportChanges(output.note),
      });
      output.result(state, () => describeStack(state));
    });
  program
    .command('down')
    .description('end the local stack; data stays')
    .option('--json', 'print JSON', false)
    .action(async ({ json }: Options) => {
      const stopped = await stopStack(readSettings(process.env).home);
      createOutput(json).result({ stopped }, () =>
        stopped ? 'the stack has ended' : 'no stack was running',
      );
    });
  program
    .command('status')
    .description('what runs, where, and whether it is healthy')
    .option('--json', 'print JSON', false)
    .action(async ({ json }: Options) => {
      const state = await readStack(readSettings(process.env).home);
      createOutput(json).result(state ?? null, () =>
        state ? describeStack(state) : 'no stack runs here: `coppice up` starts one',
      );
      if (!state) process.exitCode = exitCodes.failed;
    });
  program
    .command('doctor')
    .description('every component: version, where it is from, healthy or not')
    .option('--json', 'print JSON', false)
    .action(async ({ json }: Options) => {
      const state = await readStack(readSettings(process.env).home);
      const rows = withHealth(await componentTable(), state);
      createOutput(json).result(rows, () =>
        table(
          ['component', 'version', 'from', 'state', 'health', ''],
          rows.map((row) => [row.component, row.version, row.from, row.state, row.health, row.detail]),
        ),
      );
      if (rows.some((row) => row.state === 'missing')) process.exitCode = exitCodes.failed;
    });
}

const programs = ['temporal', 'minio', 'prometheus', 'alertmanager'];

/** Health belongs to what runs: servers, and our own processes, which are there only while a stack runs. */
export function withHealth(
  rows: Awaited<ReturnType<typeof componentTable>>,
  state: StackState | undefined,
): (Awaited<ReturnType<typeof componentTable>>[number] & { health: string })[] {
  const running = new Map(Object.entries(state?.components ?? {}));
  const own = [...running].filter(([name]) => !programs.includes(name));
  return [
    ...rows.map((row) => ({
      ...row,
      health: programs.includes(row.component) ? (running.get(row.component)?.state ?? 'not running') : '',
    })),
    ...own.map(([name, { version, from, url, state: health }]) => ({
      ...{ component: name, version, from, state: 'present' as const, detail: url, health },
    })),
  ];
}

/** Says each component once when its state changes. */
function reportChanges(note: (line: string) => void): (state: StackState) => void {
  const seen = new Map<string, string>();
  return ({ components }) => {
    for (const [name, { state, url }] of Object.entries(components)) {
      if (seen.get(name) === state || state === 'waiting') continue;
      seen.set(name, state);
      note(`${name.padEnd(13)} ${state.padEnd(9)} ${state === 'healthy' ? url : ''}`.trimEnd());
    }
  };
}

export function describeStack({ components, notes, home }: StackState): string {
  const rows = Object.entries(components).map(([name, it]) => [
    name,
    it.state,
    it.version,
    it.from,
    it.url,
    it.problem ?? '',
  ]);
  return [
    table(['component', 'state', 'version', 'from', 'where', ''], rows),
    `logs and data: ${home}`,
    ...notes,
  ].join('\n');
}
