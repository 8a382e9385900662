// Which exit code and which line an error ends with.
import { CommanderError } from 'commander';
import { ControlApiError } from '../client/control-api.ts';
import { RequestRefused, ServiceUnavailable } from '../client/failures.ts';
import { ModelFileError } from '../client/model-file.ts';
import { SettingsError } from '../settings/settings.ts';
import { StackFailure } from '../stack/control.ts';
import { BadArgument } from './arguments.ts';
import { exitCodes } from './output.ts';

const badInput = [BadArgument, ModelFileError, SettingsError, RequestRefused];
const unavailable = [ServiceUnavailable, StackFailure];

/** @param error whatever a verb threw */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
  if (error instanceof ControlApiError)
    return error.status === 0 || error.status >= 500 ? exitCodes.unavailable : exitCodes.badInput;
  if (badInput.some((kind) => error instanceof kind)) return exitCodes.badInput;
  if (unavailable.some((kind) => error instanceof kind)) return exitCodes.unavailable;
  return exitCodes.failed;
}

/** @returns what to say on standard error; undefined where commander has said it */
export function messageOf(error: unknown): string | undefined {
  if (error instanceof CommanderError) return undefined;
  return error instanceof Error ? error.message : String(error);
}
