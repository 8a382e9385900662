// Loads the module of a plug-in and checks the options that the model file gives it.
import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { SourceSpec } from '../../contracts/model-spec/collection.ts';
import type { SourcePlugin } from '../../contracts/source-plugin.ts';
import { errorCode } from '../folder.ts';

export type PluginSpec = Extract<SourceSpec, { kind: 'plugin' }>;

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** A schema by its form, so that a plug-in may use a zod of its own. */
const moduleSchema = z.object({
  default: z.object({
    options: z
      .object({ safeParse: z.custom<z.ZodType['safeParse']>(isFunction) })
      .loose()
      .optional(),
    collect: z.custom<SourcePlugin['collect']>(isFunction),
  }),
});

export interface LoadedPlugin {
  readonly collect: SourcePlugin['collect'];
  readonly options: unknown;
}

/** @returns what went wrong, in one line */
export function inOneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0].slice(0, 300);
}

async function importModule(path: string): Promise<unknown> {
  const { href } = pathToFileURL(path);
  try {
    if (!/\.[cm]?ts$/.test(path)) return await import(href);
    const { tsImport } = await import('tsx/esm/api');
    const found = (await tsImport(href, import.meta.url)) as { default?: unknown };
    // Where the nearest package.json does not say `"type": "module"`, the export of a TypeScript file stands one deeper.
    const inner = found.default;
    return typeof inner === 'object' && inner !== null && 'default' in inner ? inner : found;
  } catch (error) {
    throw new CoppiceFailure('InvalidInput', `the plug-in ${path} cannot be loaded: ${inOneLine(error)}`);
  }
}

/** @throws CoppiceFailure InvalidInput where there is no such file, it is no plug-in, or refuses the options */
export async function loadPlugin({ path, options }: PluginSpec): Promise<LoadedPlugin> {
  const missing = await stat(path).then(
    (found) => (found.isFile() ? undefined : 'it is no file'),
    (error: unknown) => (errorCode(error) === 'ENOENT' ? 'there is no such file' : errorCode(error)),
  );
  if (missing !== undefined)
    throw new CoppiceFailure('InvalidInput', `the plug-in ${path} cannot be loaded: ${missing}`);
  const parsed = moduleSchema.safeParse(await importModule(path));
  if (!parsed.success)
    throw new CoppiceFailure(
      'InvalidInput',
      `the plug-in ${path} has no default export made by defineSource({ collect })`,
    );
  const { collect, options: schema } = parsed.data.default;
  const checked = (schema ?? z.strictObject({})).safeParse(options);
  if (checked.success) return { collect, options: checked.data };
  const problems = checked.error.issues.map(
    (issue) => `options${issue.path.map((part) => `.${String(part)}`).join('')}: ${issue.message}`,
  );
  throw new CoppiceFailure('InvalidInput', `the plug-in ${path} refuses its options: ${problems.join('; ')}`);
}
