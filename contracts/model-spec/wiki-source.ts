// Encyclopedias: wikis that run MediaWiki, asked over its API or read from a dump.
import { z } from 'zod';
import { named, remote, tokenVariable } from './source-fields.ts';

const wiki = {
  /** Numbers of the namespaces whose pages are brought; 0 holds the articles. */
  namespaces: z.array(z.number().int().min(0)).min(1).default([0]),
  /** Of a page's wikitext; larger ones are set aside. */
  maximumPageBytes: z
    .number()
    .int()
    .positive()
    .default(2 * 1024 * 1024),
};

/** Pages of a wiki, asked for in batches; a later run asks what has changed. */
export const mediawikiSourceSchema = z.strictObject({
  kind: z.literal('mediawiki'),
  ...named,
  /** Such as `https://ko.wikipedia.org/w/api.php`. */
  api: z.url({ protocol: /^https?$/ }),
  ...wiki,
  /** That one run brings; the next one goes on. */
  maximumPages: z.number().int().positive().default(10_000),
  /** The wiki is asked to answer only while its copies lag behind by less. */
  maxlagSeconds: z.number().int().positive().default(5),
  tokenVariable,
  ...remote,
});

/** A dump of a wiki's pages (`pages-articles`), as XML that is plain or packed by bzip2 or gzip. */
export const mediawikiDumpSourceSchema = z.strictObject({
  kind: z.literal('mediawiki-dump'),
  ...named,
  /** Of the file: absolute, or relative to the model file. */
  path: z.string().min(1),
  ...wiki,
});
