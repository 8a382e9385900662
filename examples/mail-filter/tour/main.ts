// `npm start`: the main job from end to end on real text, chapter by chapter. Exit code 0 where all came out as told.

import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Listr } from 'listr2';
import { loadModelFile } from '../../../client/model-file.ts';
import { readSettings } from '../../../settings/settings.ts';
import { stopStack } from '../../../stack/control.ts';
import { chapters } from './chapters.ts';
import { type ChapterTime, closing } from './closing.ts';
import type { Session } from './session.ts';

const help = `npm start [-- --once] [--seed N]

Starts the local stack and tells the tour: a spam filter that learns, serves, ages, is trained again,
is compared with itself, and takes back a bad version. About four minutes on two cores.

  --once     stop everything at the end; otherwise the stack stays until Ctrl-C
  --seed N   of the training (default: that of the model file)
`;

const values = readArguments();
if (values === undefined) process.exitCode = 2;
else if (values.help) process.stdout.write(help);
else process.exitCode = await tour(values.once, values.seed);

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        seed: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.seed === undefined || /^\d{1,9}$/.test(values.seed)) return values;
    throw new Error(`--seed ${values.seed}: expected a whole number`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    return undefined;
  }
}

async function tour(onlyOnce: boolean, seed: string | undefined): Promise<number> {
  const spec = await loadModelFile(fileURLToPath(new URL('../mail-filter.model.ts', import.meta.url)));
  const { home } = readSettings(process.env);
  const session: Session = {
    home,
    spec: { ...spec, training: { ...spec.training, seed: Number(seed ?? spec.training.seed) } },
    startedAt: Date.now(),
    runs: new Map(),
    rollouts: [],
  };
  const times: ChapterTime[] = [];
  const failure = await tellAll(session, times);
  process.stdout.write(`\n${await closing(session, times, failure)}\n`);
  if (!onlyOnce && failure === undefined) {
    process.stdout.write('\nThe stack stays up: look around, then end it with Ctrl-C.\n');
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  }
  await session.running?.traffic.stop();
  await session.running?.client.close();
  await stopStack(home);
  process.stdout.write(
    '\nThe stack has ended; its data stay. What is named above answers again after `npx coppice up`.\n',
  );
  if (failure !== undefined) process.stderr.write(`Logs are in ${join(home, 'logs')}.\n`);
  return failure === undefined ? 0 : 1;
}

/** @returns what went wrong, or nothing */
async function tellAll(session: Session, times: ChapterTime[]): Promise<Error | undefined> {
  const story = new Listr(
    chapters.map(({ title, budgetSeconds, tell }) => ({
      title,
      task: async (_: unknown, task: { title: string; output: string }) => {
        const startedAt = Date.now();
        const outcome = await tell(session, createSay(task));
        const seconds = (Date.now() - startedAt) / 1_000;
        times.push({ title, budgetSeconds, seconds });
        task.title = `${title} (${seconds.toFixed(0)} s)\n  ${outcome}`;
      },
      rendererOptions: { persistentOutput: false },
    })),
    {
      renderer: process.stdout.isTTY ? 'default' : 'simple',
      fallbackRenderer: 'simple',
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false },
    },
  );
  try {
    await story.run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A terminal shows every change in place; elsewhere a line is written when it is new, every ten seconds at most. */
function createSay(task: { output: string }): (line: string) => void {
  const intervalMs = process.stdout.isTTY ? 0 : 10_000;
  let [last, saidAt] = ['', 0];
  return (line) => {
    if (line === last || Date.now() - saidAt < intervalMs) return;
    [last, saidAt] = [line, Date.now()];
    task.output = line;
  };
}
