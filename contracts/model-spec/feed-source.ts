// News and blogs by their feeds.
import { z } from 'zod';
import { named, remote } from './source-fields.ts';

/** Entries of feeds (RSS, Atom, JSON Feed), each the article that it leads to or what the feed itself says; each once. */
export const feedSourceSchema = z.strictObject({
  kind: z.literal('feed'),
  ...named,
  feeds: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .max(1_000),
  /** `'article'`: the page that an entry leads to; `'feed'`: the text that stands in the feed. */
  text: z.enum(['article', 'feed']).default('article'),
  /** That one run brings; the next one goes on. */
  maximumEntries: z.number().int().positive().max(100_000).default(1_000),
  ...remote,
  /** Its first word is what robots.txt calls the reader by; the rest may say whom to write to. */
  userAgent: z
    .string()
    .regex(/^[A-Za-z_-]+(?:[ /][\x20-\x7e]*)?$/, 'expected a product token, then printable ASCII')
    .default('Coppice'),
});
