// What the control API answers. The command line reads the registry through it, so that it needs no key to the store.
import { z } from 'zod';
import { directoryManifestSchema } from './artifact.ts';
import { hyperparametersSchema } from './model-spec/search.ts';
import { servingPrecisions } from './model-spec/serving.ts';
import { ledgerEntrySchema, routingDocumentSchema, triggerSchema, versionStates } from './registry.ts';
import { languageFiguresSchema } from './training-job.ts';

export const versionSummarySchema = z.object({
  model: z.string(),
  version: z.number().int(),
  state: z.enum(versionStates),
  /** It saw what has been forgotten since. */
  retrainingDue: z.literal(true).optional(),
  createdAt: z.string(),
  basedOn: z.number().int().optional(),
  /** Those that a search found, by path below the spec's `training`. */
  hyperparameters: hyperparametersSchema.optional(),
  /** How it is served and was judged; absent: float32. */
  precision: z.enum(servingPrecisions).optional(),
  trigger: triggerSchema,
  metrics: z.record(z.string(), z.number()),
  digest: z.string(),
});
export type VersionSummary = z.infer<typeof versionSummarySchema>;

/** The store that the control process opened. */
export const storeFactsSchema = z.object({
  /** Addresses of its buckets. */
  locations: z.array(z.string()),
  /** What it cannot do and Coppice would use, a sentence each. */
  lacks: z.array(z.string()),
});
export type StoreFacts = z.infer<typeof storeFactsSchema>;

export const modelSummarySchema = z.object({
  model: z.string(),
  routing: routingDocumentSchema.optional(),
  versions: z.array(versionSummarySchema),
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;

const lineageRolesSchema = z.array(z.object({ role: z.string(), text: z.string() }));

const figuresSchema = z.record(
  z.string(),
  z.object({
    value: z.number().nullable(), // JSON knows no NaN
    interval: z.object({ low: z.number(), high: z.number(), confidence: z.number() }).nullish(), // null where none can be told
  }),
);

const systemsEvidenceSchema = z.object({
  /** The version itself first. */
  systems: z.array(z.object({ metrics: figuresSchema })).min(1),
  lineage: lineageRolesSchema,
});

/** A language model is judged by itself, on the last documents of its corpus. */
const languageEvidenceSchema = z
  .object({
    figures: languageFiguresSchema.pick({ loss: true, perplexity: true, bitsPerByte: true }),
    /** With intervals; absent in reports from before there were any. */
    metrics: figuresSchema.optional(),
    heldOutDocuments: z.number(),
    lineage: lineageRolesSchema,
  })
  .transform(({ figures, metrics, heldOutDocuments, lineage }): z.infer<typeof systemsEvidenceSchema> => {
    const plain = Object.entries(figures).map(([name, value]) => [name, { value }] as const);
    const corpus = lineage.find(({ role }) => role === 'clean documents');
    const heldOut = corpus && { role: 'held-out examples', text: `${corpus.text}, last ${heldOutDocuments}` };
    return {
      systems: [{ metrics: metrics ?? Object.fromEntries(plain) }],
      lineage: heldOut ? [...lineage, heldOut] : lineage,
    };
  });

/** Of the evidence on which a version was judged, what comparing it with another needs. */
export const evidenceSchema = z.union([systemsEvidenceSchema, languageEvidenceSchema]);
export type Evidence = z.infer<typeof evidenceSchema>;

/** Files of a version's package, by name. */
export const packageSchema = directoryManifestSchema;

export const servedSchema = z.object({ at: z.string(), routing: routingDocumentSchema.optional() });
export const ledgerSchema = z.array(ledgerEntrySchema);
