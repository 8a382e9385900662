// Where documents and labels come from. A source is plain data here; `sources/` has a file for each kind.
import { z } from 'zod';

const named = {
  /** Prefix of the ids of the documents it brings; unique within the model. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens'),
  licence: z.string().optional(),
};

const npmName = /^(?:@[a-z0-9~][\w.~-]{0,100}\/)?[a-z0-9~][\w.~-]{0,212}$/i;
/** Semantic versioning. */
export const npmVersion = /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[\dA-Za-z.-]{1,100})?(?:\+[\dA-Za-z.-]{1,100})?$/;
/** Debian policy 5.6.1. */
const debianName = /^[a-z0-9][a-z0-9+.-]{1,100}$/;
/** Debian policy 5.6.12. */
export const debianVersion = /^\d[\dA-Za-z.+~:-]{0,200}$/;

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

/** A package of a registry, read as a folder of files. Its newest version, unless one is named. */
export const packageSourceSchema = z
  .strictObject({
    kind: z.literal('package'),
    ...named,
    /** Asked by its own client, `npm` or `apt-get`, with the configuration of this machine. */
    registry: z.enum(['npm', 'debian']),
    package: z.string(),
    /** Exact; no ranges. */
    version: z.string().optional(),
    /** Within the package; ids are relative to it. */
    folder: z
      .string()
      .regex(/^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))/, 'expected a path within the package')
      .default(''),
    /** Patterns of paths below the folder, such as `guide/**`; all where empty. */
    include: z.array(z.string().min(1)).default([]),
    extensions: z.array(z.string().min(1)).default([]),
    mediaType: z.string().default('text/plain'),
    maximumFileBytes: z
      .number()
      .int()
      .positive()
      .default(8 * 1024 * 1024),
    /** As it is fetched, and unpacked. */
    maximumPackageBytes: z
      .number()
      .int()
      .positive()
      .default(1024 * 1024 * 1024),
  })
  .superRefine(({ registry, package: name, version }, context) => {
    // Neither may begin with a hyphen, since they are arguments of the clients.
    const names = registry === 'npm' ? npmName : debianName;
    const versions = registry === 'npm' ? npmVersion : debianVersion;
    if (!names.test(name))
      context.addIssue({
        code: 'custom',
        path: ['package'],
        message: `expected the name of a package of ${registry}`,
      });
    if (version !== undefined && !versions.test(version))
      context.addIssue({
        code: 'custom',
        path: ['version'],
        message: `expected an exact version as ${registry} writes it`,
      });
  });

export const sourceSchema = z.discriminatedUnion('kind', [
  filesSourceSchema,
  mailFolderSourceSchema,
  objectPrefixSourceSchema,
  packageSourceSchema,
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
