// Where documents and labels come from. A source is plain data here; `sources/` has a file for each kind.
import { z } from 'zod';

const named = {
  /** Prefix of the ids of the documents it brings; unique within the model. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens'),
  licence: z.string().optional(),
};

/** A folder of files, one document each, walked in the order of their names. */
export const filesSourceSchema = z.strictObject({
  kind: z.literal('files'),
  ...named,
  /** Absolute, or relative to the model file. */
  path: z.string().min(1),
  /** Names that end in one of these; all files where empty. */
  extensions: z.array(z.string().min(1)).default([]),
  mediaType: z.string().default('text/plain'),
  maximumFileBytes: z
    .number()
    .int()
    .positive()
    .default(8 * 1024 * 1024),
});

/** A folder of mails: one RFC 5322 message a file, or mbox files. */
export const mailFolderSourceSchema = z.strictObject({
  kind: z.literal('mail-folder'),
  ...named,
  path: z.string().min(1),
  maximumFileBytes: z
    .number()
    .int()
    .positive()
    .default(8 * 1024 * 1024),
});

/** A prefix in an S3 bucket that is watched: each run brings the objects that are new. */
export const objectPrefixSourceSchema = z.strictObject({
  kind: z.literal('object-prefix'),
  ...named,
  bucket: z.string().min(3),
  prefix: z.string().default(''),
  mediaType: z.string().default('text/plain'),
  maximumObjectBytes: z
    .number()
    .int()
    .positive()
    .default(8 * 1024 * 1024),
});

export const sourceSchema = z.discriminatedUnion('kind', [
  filesSourceSchema,
  mailFolderSourceSchema,
  objectPrefixSourceSchema,
]);
/** Where documents come from. */
export type SourceSpec = z.infer<typeof sourceSchema>;

/** JSONL files of `{ document, label, at? }`, in a folder or under an S3 prefix; read in the order of their names. */
export const labelSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('label-files'), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('label-objects'),
    bucket: z.string().min(3),
    prefix: z.string().default(''),
  }),
]);
/** Where labels come from. */
export type LabelSourceSpec = z.infer<typeof labelSourceSchema>;

export const collectionSchema = z.strictObject({
  sources: z
    .array(sourceSchema)
    .min(1)
    .refine(
      (sources) => new Set(sources.map(({ name }) => name)).size === sources.length,
      'expected distinct names',
    ),
  labels: z.array(labelSourceSchema).default([]),
});
export type CollectionSpec = z.infer<typeof collectionSchema>;
