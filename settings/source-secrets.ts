// Access tokens of sources, in variables that a model file names. It names them, so that no secret stands in it.
import { Secret } from './secret.ts';

const PREFIX = 'COPPICE_SOURCE_';

/**
 * @param environment usually `process.env`
 * @returns a function from the name of a variable to its value; of variables that are none of a source's, nothing
 */
export function createSourceSecrets(
  environment: Readonly<Record<string, string | undefined>>,
): (variable: string) => Secret | undefined {
  return (variable) => {
    const value = variable.startsWith(PREFIX) ? environment[variable]?.trim() : undefined;
    return value === undefined || value === '' ? undefined : new Secret(value);
  };
}
