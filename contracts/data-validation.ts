// What a model expects of its data, and how data differed from it. The schema is inferred from the first collection, can
// be edited, and has revisions; pipeline/validation/ infers it and holds data against it.
import { z } from 'zod';
import { digestSchema } from './artifact.ts';

const share = z.number().min(0).max(1);
const shares = z.record(z.string(), share);
const count = z.number().int().nonnegative();

/** How a value is spread over documents, and by how much a share may move before it is an anomaly. */
const spread = z.strictObject({ shares, maximumDistance: share });

/** Sections that are absent are not checked. */
export const dataSchemaSchema = z.strictObject({
  version: z.literal(1),
  /** Names of the sources that may bring documents. */
  sources: z.array(z.string().min(1)).optional(),
  /** The least share of documents that have the field. */
  fields: z.strictObject({ time: share, licence: share, label: share }).partial().optional(),
  /** The only labels that there are, and how they are spread over labelled documents. */
  labels: spread.optional(),
  /** Characters of a clean text, and the greatest share of documents that may be shorter or longer. */
  characters: z
    .strictObject({ minimum: count, maximum: count, maximumOutside: share })
    .refine(({ minimum, maximum }) => minimum <= maximum, 'the minimum is above the maximum')
    .optional(),
  /** ISO 639-1 codes; `und` where none can be told. */
  languages: spread.optional(),
  /** Words in lower case, the commonest first, and the greatest share of running words that are none of them. */
  vocabulary: z.strictObject({ words: z.array(z.string().min(1)), maximumUnknown: share }).optional(),
});
/** What data is expected to look like. */
export type DataSchema = z.infer<typeof dataSchemaSchema>;

export const anomalyKinds = [
  'unknown-source',
  'missing-field',
  'unknown-label',
  'label-drift',
  'length',
  'language-drift',
  'unknown-words',
] as const;
const anomalySchema = z.object({
  kind: z.enum(anomalyKinds),
  /** The section of the schema. */
  section: dataSchemaSchema.omit({ version: true }).keyof(),
  /** In words: what was expected and what was found. */
  message: z.string(),
});
/** One way in which data is not as expected. */
export type DataAnomaly = z.infer<typeof anomalySchema>;

/** Where a schema came from. */
export const schemaRevisionSchema = z.object({
  revision: z.number().int().positive(),
  at: z.iso.datetime(),
  by: z.string().min(1),
  reason: z.string(),
  schema: dataSchemaSchema,
});
export type SchemaRevision = z.infer<typeof schemaRevisionSchema>;

export const dataCheckSchema = z.object({
  /** The run that asked. */
  runId: z.string(),
  at: z.iso.datetime(),
  /** Of the schema that the data was held against. */
  revision: z.number().int().positive(),
  /** The schema was inferred from this very data: there was none. */
  inferred: z.boolean(),
  /** The clean corpus. */
  corpus: digestSchema,
  /** Documents that were new since data was last accepted, and are checked. */
  documents: count,
  anomalies: z.array(anomalySchema),
});
/** One check of a collection. */
export type DataCheck = z.infer<typeof dataCheckSchema>;

/** What is known of a model's data; no check or schema before the first run. */
export const dataStateSchema = z.object({
  revisions: z.array(schemaRevisionSchema.omit({ schema: true })),
  schema: dataSchemaSchema.optional(),
  lastCheck: dataCheckSchema.optional(),
});
export type DataState = z.infer<typeof dataStateSchema>;

export const schemaChangeSchema = z.strictObject({
  schema: dataSchemaSchema,
  by: z.string().min(1),
  reason: z.string().min(1),
});
/** An edited schema, to become the next revision. */
export type SchemaChange = z.infer<typeof schemaChangeSchema>;
