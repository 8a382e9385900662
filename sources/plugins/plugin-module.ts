// Loads the module of a plug-in and checks the options that the model file gives it.
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { SourceSpec } from '../../contracts/model-spec/collection.ts';
import type { SourcePlugin } from '../../contracts/source-plugin.ts';
import { importOwnModule } from './own-module.ts';

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

/** @throws CoppiceFailure InvalidInput where there is no such file, it is no plug-in, or refuses the options */
export async function loadPlugin({ path, options }: PluginSpec): Promise<LoadedPlugin> {
  const parsed = moduleSchema.safeParse(await importOwnModule(path, 'plug-in'));
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
