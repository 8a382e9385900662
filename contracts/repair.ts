// The package of a registered version, made again from what it was made of: what is asked and answered.
import { z } from 'zod';
import { digestSchema } from './artifact.ts';
import { modelNameSchema } from './model-spec/model-spec.ts';
import { versionNumberSchema } from './registry.ts';

/** A file of a package that cannot be relied on. */
export const damagedFileSchema = z.object({
  /** As the package calls it; `(manifest)` for the list of its files. */
  name: z.string(),
  digest: digestSchema,
  damage: z.enum(['gone or cut short', 'damaged']),
});
export type DamagedFile = z.infer<typeof damagedFileSchema>;

/** What was found of one version. */
export const inspectionSchema = z.object({
  model: modelNameSchema,
  version: versionNumberSchema,
  damaged: z.array(damagedFileSchema),
  /** Gateways that could not load it, with the reason. */
  refusedBy: z.record(z.string(), z.string()).default({}),
});
export type Inspection = z.infer<typeof inspectionSchema>;

export interface RepairInput {
  readonly model: string;
  readonly version: number;
  /** Who asks. */
  readonly by: string;
}

/**
 * `whole`: nothing was to be done. `rebuilt`: every byte is there again. `different`: what was made again has other
 * digests than the version's signed document names, so nothing takes its place.
 */
export interface RepairResult {
  readonly outcome: 'whole' | 'rebuilt' | 'different';
  readonly damaged: readonly DamagedFile[];
  /** Of `different`: what is still missing, and which package was made instead. */
  readonly remaining: readonly DamagedFile[];
  readonly made?: string;
}
