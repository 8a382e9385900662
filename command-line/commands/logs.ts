// logs: what a component of the local stack, or the processes that worked on a run, wrote.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { readSettings } from '../../settings/settings.ts';
import { readStack } from '../../stack/control.ts';
import { componentNames, type StackState } from '../../stack/state.ts';
import { BadArgument } from '../arguments.ts';
import { createOutput } from '../output.ts';

interface Options {
  readonly follow: boolean;
  readonly lines: string;
  readonly json: boolean;
}

/** Processes that write down what they do for a run. */
const runProcesses = ['worker', 'trainer'] as const;
const lookEveryMs = 300;

export function logsVerb(program: Command): void {
  program
    .command('logs')
    .argument('<what>', 'a component, such as worker, or a run, such as lifecycle/mail-filter/…')
    .description('the last lines that a component of the local stack wrote, or all about a run')
    .option('--lines <number>', 'how many lines of a component', '100')
    .option('--follow', 'go on until Ctrl-C', false)
    .option('--json', 'print JSON', false)
    .action(async (what: string, { follow, lines, json }: Options) => {
      const count = Number(lines);
      if (!Number.isInteger(count) || count < 0)
        throw new BadArgument(`--lines: expected a number, not ${lines}`);
      if (follow && json) throw new BadArgument('--follow prints lines: it has no JSON');
      const home = readSettings(process.env).home;
      const paths = logFiles(await readStack(home), what);
      const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
      const shown = paths.length === 1 ? lastLines(texts[0], count) : runEntries(texts, what, follow);
      createOutput(json).result(shown, () => shown.join('\n'));
      if (follow) await followFiles(paths, paths.length === 1 ? undefined : what);
    });
}

/** @throws BadArgument where the stack has no such component */
function logFiles(state: StackState | undefined, what: string): string[] {
  if (!state) throw new BadArgument('no stack runs here: `coppice up` starts one');
  const names = what.includes('/') ? runProcesses : componentNames.filter((name) => name === what);
  const files = names.flatMap((name) => state.components[name]?.logFile ?? []);
  if (files.length === 0)
    throw new BadArgument(
      `${what} writes no log here; there are: ${Object.keys(state.components).join(', ')}`,
    );
  return files;
}

function lastLines(text: string, count: number): string[] {
  const lines = text.trimEnd().split('\n');
  return count === 0 ? [] : lines.slice(-count);
}

/**
 * @param follow a run that has just begun may be followed before anything is written about it
 * @throws BadArgument where nothing was written about the run: there is none, or another stack has it
 */
export function runEntries(texts: readonly string[], run: string, follow: boolean): string[] {
  const entries = entriesAbout(texts, run);
  if (entries.length === 0 && !follow)
    throw new BadArgument(`neither ${runProcesses.join(' nor ')} wrote anything about ${run}`);
  return entries;
}

/**
 * The entries of several logs that mention a run, by their times. An entry goes on in lines that are indented, or that
 * close what was indented: so the SDK writes its fields.
 */
export function entriesAbout(texts: readonly string[], what: string): string[] {
  const entries = texts.flatMap((text) => text.split(/\n(?![\s}])/)).filter((entry) => entry.includes(what));
  return entries
    .map((entry) => entry.trimEnd())
    .sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0));
}

function timeOf(entry: string): string {
  return /\d{4}-\d\d-\d\dT[\d:.]+/.exec(entry)?.[0] ?? '';
}

/** Prints what is added, until the process ends; a file that was begun anew is read from its start. */
async function followFiles(paths: readonly string[], about: string | undefined): Promise<never> {
  const read = new Map<string, number>();
  for (const path of paths) read.set(path, (await stat(path)).size);
  for (;;) {
    await pause(lookEveryMs);
    for (const path of paths) {
      const { size } = await stat(path);
      const from = read.get(path) ?? 0;
      if (size === from) continue;
      const added = await readFrom(path, size < from ? 0 : from);
      read.set(path, size);
      const shown = about === undefined ? added : entriesAbout([added], about).join('\n');
      if (shown !== '') process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
    }
  }
}

async function readFrom(path: string, start: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { start })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
