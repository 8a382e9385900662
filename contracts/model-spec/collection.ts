// Where documents and labels come from. A source is plain data here; `sources/` has a file for each kind.
import { z } from 'zod';
import { arxivSourceSchema, oaiPmhSourceSchema } from './archive-source.ts';
import { feedSourceSchema } from './feed-source.ts';
import { labelVotes } from './label-votes.ts';
import { pluginSourceSchema } from './plugin-source.ts';
import { repositorySourceSchema } from './repository-source.ts';
import {
  hackerNewsSourceSchema,
  mastodonSourceSchema,
  redditSourceSchema,
  stackExchangeSourceSchema,
} from './social-source.ts';
import { named } from './source-fields.ts';
import { tableFilesSourceSchema, tableObjectsSourceSchema } from './table-source.ts';
import { mediawikiDumpSourceSchema, mediawikiSourceSchema } from './wiki-source.ts';

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
    /** `'mixed'`: by a hash of the paths, so that the last documents, which are held out, are like the others. */
    order: z.enum(['name', 'mixed']).default('name'),
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

/** Pages of a site, from its seeds along their links; only what has changed is brought again. */
export const webSourceSchema = z.strictObject({
  kind: z.literal('web'),
  ...named,
  /** Where the crawl begins. It stays on the hosts of its seeds. */
  seeds: z.array(z.url({ protocol: /^https?$/ })).min(1),
  /** Patterns of paths, such as `/ko/**`; all where empty. */
  include: z.array(z.string().startsWith('/')).default([]),
  exclude: z.array(z.string().startsWith('/')).default([]),
  maximumPages: z.number().int().positive().max(500_000).default(1_000),
  /** Links from a seed. */
  maximumDepth: z.number().int().min(0).default(5),
  /** Whether pages are also found by the sitemaps of the seeds' hosts. */
  sitemaps: z.boolean().default(true),
  mediaTypes: z
    .array(z.string().regex(/^[a-z]+\/[a-z\d.+-]+$/, 'expected a media type in lower case'))
    .min(1)
    .default(['text/html', 'application/xhtml+xml', 'text/plain']),
  maximumPageBytes: z
    .number()
    .int()
    .positive()
    .default(8 * 1024 * 1024),
  /** Of one request, from its beginning to its last byte. */
  timeoutSeconds: z.number().positive().max(600).default(30),
  /** Between two requests to a host; longer where robots.txt asks for it. */
  delaySeconds: z.number().min(0).default(1),
  /** The longest pause that a host may ask for; one that asks for more is left for the next run. */
  maximumWaitSeconds: z.number().positive().default(120),
  /** Its first word is what robots.txt calls the crawler by; the rest may say whom to write to. */
  userAgent: z
    .string()
    .regex(/^[A-Za-z_-]+(?:[ /][\x20-\x7e]*)?$/, 'expected a product token, then printable ASCII')
    .default('Coppice'),
  /** Names of hosts that may have private, link-local or loopback addresses. */
  allowPrivateHosts: z.array(z.string().min(1).toLowerCase()).default([]),
});

export const sourceSchema = z.discriminatedUnion('kind', [
  feedSourceSchema,
  filesSourceSchema,
  mailFolderSourceSchema,
  objectPrefixSourceSchema,
  packageSourceSchema,
  repositorySourceSchema,
  tableFilesSourceSchema,
  tableObjectsSourceSchema,
  webSourceSchema,
  mediawikiSourceSchema,
  mediawikiDumpSourceSchema,
  mastodonSourceSchema,
  hackerNewsSourceSchema,
  redditSourceSchema,
  stackExchangeSourceSchema,
  arxivSourceSchema,
  oaiPmhSourceSchema,
  pluginSourceSchema,
]);
/** Where documents come from. */
export type SourceSpec = z.infer<typeof sourceSchema>;

/**
 * JSONL files of `{ document, label, at? }`, in a folder or under an S3 prefix, read in the order of their names; or what
 * the documents of a source say of themselves.
 */
export const labelSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('label-files'), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('label-objects'),
    bucket: z.string().min(3),
    prefix: z.string().default(''),
  }),
  /** The first folder of a document's name. */
  z.strictObject({ kind: z.literal('document-folder'), source: named.name }),
  /** What the source says of each document, such as a column of a table. */
  z.strictObject({ kind: z.literal('document-label'), source: named.name }),
  /** The title of an HTML document. */
  z.strictObject({ kind: z.literal('document-title'), source: named.name }),
  labelVotes,
]);
/** Where labels come from. */
export type LabelSourceSpec = z.infer<typeof labelSourceSchema>;

export const collectionSchema = z
  .strictObject({
    sources: z
      .array(sourceSchema)
      .min(1)
      .refine(
        (sources) => new Set(sources.map(({ name }) => name)).size === sources.length,
        'expected distinct names',
      ),
    labels: z.array(labelSourceSchema).default([]),
  })
  .superRefine(({ sources, labels }, context) => {
    for (const [at, label] of labels.entries()) {
      if (!('source' in label) || sources.some(({ name }) => name === label.source)) continue;
      context.addIssue({
        code: 'custom',
        path: ['labels', at, 'source'],
        message: 'expected the name of a source',
      });
    }
  });
export type CollectionSpec = z.infer<typeof collectionSchema>;
