// The supervisor's process: `node --import tsx stack/main.ts '<StackOptions as JSON>'`. Runs until SIGTERM or SIGINT,
// or, leashed, until its stdin closes. Its output is the supervisor's log.
import { stackOptionsSchema } from './options.ts';
import { readLastState, removeState, writeState } from './state.ts';
import { supervise } from './supervisor.ts';
import { isSupervisor } from './supervisor-process.ts';

const options = stackOptionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));

function log(message: string): void {
  const [line] = message.split('\n'); // what is longer stands in the state or in a component's own log
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

const askedToEnd = new Promise<string>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  if (options.leashed) process.stdin.resume().once('end', () => resolve('the end of its starter'));
});

async function run(): Promise<number> {
  const last = await readLastState(options.home);
  if (last !== undefined && last.pid !== process.pid && (await isSupervisor(last.pid))) {
    log(`another supervisor has this home: pid ${last.pid}`);
    return 1;
  }
  const supervisor = await supervise({ options, environment: process.env, log });
  const { state } = supervisor;
  const outcome = await Promise.race([
    askedToEnd.then((reason) => ({ reason, failure: undefined })),
    supervisor.ready.then(
      async () => {
        state.change({ phase: 'ready' });
        log('ready');
        return { reason: await askedToEnd, failure: undefined };
      },
      (error: unknown) => ({ reason: 'failure', failure: messageOf(error) }),
    ),
  ]);
  log(`ending all: ${outcome.failure ?? outcome.reason}`);
  state.change({ phase: 'stopping' });
  await supervisor.stop();
  log('ended');
  if (outcome.failure === undefined) {
    await removeState(options.home);
    return 0;
  }
  await writeState({ ...state.current, phase: 'failed', failure: outcome.failure });
  return 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  process.exitCode = await run();
} catch (error) {
  log(`failed: ${messageOf(error)}`);
  await writeState({
    home: options.home,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    phase: 'failed',
    failure: messageOf(error),
    notes: [],
    components: {},
    environment: {},
  });
  process.exitCode = 1;
}
process.exit(); // a half-open connection must not keep a supervisor that has nothing left to supervise
