import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { ControlApiError } from '../../../client/control-api.ts';
import { RequestRefused, ServiceUnavailable } from '../../../client/failures.ts';
import { ModelFileError } from '../../../client/model-file.ts';
import { BadArgument } from '../../../command-line/arguments.ts';
import { exitCodeOf, messageOf } from '../../../command-line/exit-code.ts';
import { SettingsError } from '../../../settings/settings.ts';
import { StackFailure } from '../../../stack/control.ts';

describe('exitCodeOf', () => {
  it.each<[string, unknown, number]>([
    ['help that was asked for', new CommanderError(0, 'commander.help', ''), 0],
    ['an unknown verb', new CommanderError(1, 'commander.unknownCommand', ''), 2],
    ['an argument', new BadArgument('x'), 2],
    ['a model file', new ModelFileError('x.ts', []), 2],
    ['the environment', new SettingsError([]), 2],
    ['a refusal', new RequestRefused('x'), 2],
    ['a version that does not exist', new ControlApiError(404, 'x'), 2],
    ['a control API that has a trouble of its own', new ControlApiError(500, 'x'), 3],
    ['a control API that is away', new ControlApiError(0, 'x'), 3],
    ['a service that is away', new ServiceUnavailable('x'), 3],
    ['a stack that does not come up', new StackFailure('x'), 3],
    ['anything else', new TypeError('x'), 1],
  ])('is as documented for %s', (_what, error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

describe('messageOf', () => {
  it('is the message alone, and nothing where commander has spoken', () => {
    expect(messageOf(new BadArgument('expected a time'))).toBe('expected a time');
    expect(messageOf('odd')).toBe('odd');
    expect(messageOf(new CommanderError(1, 'commander.unknownCommand', 'unknown'))).toBeUndefined();
  });
});
