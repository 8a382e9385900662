// The command line: every verb with `--help` and `--json`, one line for an error, documented exit codes.
import { Command, CommanderError } from 'commander';
import { ControlApiError } from '../client/control-api.ts';
import { RequestRefused } from '../client/coppice-client.ts';
import { ModelFileError } from '../client/model-file.ts';
import { SettingsError } from '../settings/settings.ts';
import { StackFailure } from '../stack/control.ts';
import { registryVerbs } from './commands/registry.ts';
import { runVerbs } from './commands/run.ts';
import { stackVerbs } from './commands/stack.ts';
import { steeringVerbs } from './commands/steering.ts';
import { ServiceUnavailable } from './context.ts';
import { exitCodes } from './output.ts';

const program = new Command('coppice')
  .description(
    'Keeps language models alive: collect, clean, train, evaluate, roll out, roll back, train again.',
  )
  .version('0.1.0')
  .showHelpAfterError('(`coppice --help` lists the verbs)')
  .exitOverride();
for (const add of [stackVerbs, runVerbs, registryVerbs, steeringVerbs]) add(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  if (!(error instanceof CommanderError)) process.stderr.write(`${messageOf(error)}\n`);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
  if (error instanceof ModelFileError || error instanceof SettingsError || error instanceof RequestRefused) {
    return exitCodes.badInput;
  }
  if (error instanceof ServiceUnavailable || error instanceof StackFailure) return exitCodes.unavailable;
  if (error instanceof ControlApiError)
    return error.status === 0 ? exitCodes.unavailable : exitCodes.badInput;
  return exitCodes.failed;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
