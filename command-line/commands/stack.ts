// up, down, status: the local stack.
import { type Command, Option } from 'commander';
import { readSettings } from '../../settings/settings.ts';
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
