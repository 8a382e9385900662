// Forgetting: what holds a document or a subject, and what becomes of it. What is to be forgotten is named by a keyed
// digest from the first step on, so that no history, ledger or lineage keeps its name.
import { z } from 'zod';
import { artifactReferenceSchema, digestSchema } from './artifact.ts';
import type { Decision } from './messages.ts';
import { modelNameSchema } from './model-spec/model-spec.ts';
import { versionNumberSchema } from './registry.ts';

/** HMAC-SHA-256 of a name under the salt of the store, 64 hexadecimal digits. */
export const targetSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** What a blob that holds it is. */
export const holdingKinds = [
  'dataset',
  'labels',
  'tokens',
  'tokenizer',
  'weights',
  'report',
  'problems',
] as const;
export type HoldingKind = (typeof holdingKinds)[number];

const sizeBytes = z.number().int().nonnegative();

/** Everything that holds what is to be forgotten. Digests and keys only. */
export const forgettingSurveySchema = z.object({
  target: targetSchema,
  /** Other names of the same, to be skipped as well: ids and digests of content, keyed as the target is. */
  names: z.array(targetSchema),
  documentCount: z.number().int(),
  /** Shards of collections: written anew without it, since other documents stand in them. */
  shards: z.array(artifactReferenceSchema),
  /** Bytes that are removed; what they were made from is still there. */
  blobs: z.array(z.object({ kind: z.enum(holdingKinds), reference: artifactReferenceSchema })),
  /** Keys of entries of the step cache. */
  caches: z.array(z.string()),
  checkpoints: z.array(z.object({ key: z.string(), blob: digestSchema.optional(), sizeBytes })),
  /** Objects of answers and labels, written anew without those of the subject. */
  observations: z.array(
    z.object({
      key: z.string(),
      model: z.string(),
      predictions: z.number().int(),
      labels: z.number().int(),
      sizeBytes,
    }),
  ),
  /** Versions that saw it: their weights are kept until others take their place. */
  versions: z.array(z.object({ model: modelNameSchema, version: versionNumberSchema })),
  /** Models that collected it or answered the subject. */
  models: z.array(z.string()),
  /** It was forgotten before, and when. */
  forgottenAt: z.iso.datetime().optional(),
});
export type ForgettingSurvey = z.infer<typeof forgettingSurveySchema>;

/** As much of a survey as an event history keeps. */
export interface ForgettingCounts {
  readonly documents: number;
  readonly shards: number;
  readonly blobs: number;
  readonly caches: number;
  readonly checkpoints: number;
  readonly predictions: number;
  readonly labels: number;
}

export interface ForgettingInput {
  readonly target: string;
  /** Who asks. */
  readonly by: string;
}

export interface ForgettingStatus {
  readonly phase: 'searching' | 'purging' | 'waiting' | 'done';
  /** What was removed so far. */
  readonly removed: ForgettingCounts;
  /** Runs that were open when it was purged, and may still write what they had read. */
  readonly open: readonly string[];
}

export interface ForgettingResult {
  readonly outcome: 'forgotten' | 'unknown';
  readonly removed: ForgettingCounts;
  /** Versions that are marked for retraining. */
  readonly versions: ForgettingSurvey['versions'];
  /** What the controllers said, where a model file says that they are asked. */
  readonly retraining: readonly (Decision & { readonly model: string })[];
}
