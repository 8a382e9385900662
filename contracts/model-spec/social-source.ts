// Social media: posts that anybody may read, over the interfaces that their hosts offer. Authors become pseudonyms.
import { z } from 'zod';
import { named, remote, tokenVariable } from './source-fields.ts';

const address = z.url({ protocol: /^https?$/ });
/** That one run brings: the newest, or, where the host tells them from the oldest on, the next. */
const maximumPosts = z.number().int().positive().default(1_000);

/**
 * So long after they were written posts are looked at again, at most as many as a run brings: those that were edited come once
 * more, those that are gone are told. Zero: never.
 */
const lookBackDays = z.number().min(0).max(30).default(1);

/** A timeline of a Mastodon server, or of another that answers like one. */
export const mastodonSourceSchema = z
  .strictObject({
    kind: z.literal('mastodon'),
    ...named,
    /** Such as `https://mastodon.social`. */
    server: address,
    timeline: z.enum(['public', 'local', 'hashtag', 'account']).default('local'),
    /** Without its sign; of `timeline: 'hashtag'`. */
    hashtag: z
      .string()
      .regex(/^[\p{L}\p{N}_]{1,100}$/u, 'expected letters, digits and underscores')
      .optional(),
    /** Such as `news` or `news@example.org`; of `timeline: 'account'`. */
    account: z
      .string()
      .regex(/^[\w.-]{1,100}(?:@[\w.-]{1,250})?$/, 'expected a name, or a name@host')
      .optional(),
    /** ISO 639 codes; posts in others, or that say none, are left out. Empty: all. */
    languages: z.array(z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z]{2,8})?$/)).default([]),
    maximumPosts,
    lookBackDays,
    tokenVariable,
    ...remote,
  })
  .superRefine((spec, context) => {
    for (const field of ['hashtag', 'account'] as const) {
      if ((spec.timeline === field) === (spec[field] !== undefined)) continue;
      const message = `expected with timeline '${field}', and with no other`;
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

/** Stories and comments of Hacker News, over its search (Algolia). */
export const hackerNewsSourceSchema = z.strictObject({
  kind: z.literal('hacker-news'),
  ...named,
  api: address.default('https://hn.algolia.com/api/v1'),
  types: z
    .array(z.enum(['story', 'comment']))
    .min(1)
    .default(['story']),
  /** Words; all where empty. */
  query: z.string().max(200).default(''),
  maximumPosts,
  lookBackDays,
  ...remote,
});

/** The newest posts of a forum that answers as Reddit does. */
export const redditSourceSchema = z.strictObject({
  kind: z.literal('reddit'),
  ...named,
  /** With a token, `https://oauth.reddit.com`. */
  server: address.default('https://www.reddit.com'),
  subreddit: z.string().regex(/^[A-Za-z0-9_]{2,50}$/, 'expected a name without /r/'),
  maximumPosts,
  lookBackDays,
  tokenVariable,
  ...remote,
  delaySeconds: remote.delaySeconds.unwrap().default(6),
});

/** Questions or answers of a site of Stack Exchange, from the oldest on. */
export const stackExchangeSourceSchema = z.strictObject({
  kind: z.literal('stack-exchange'),
  ...named,
  api: address.default('https://api.stackexchange.com/2.3'),
  /** Such as `korean` or `stackoverflow`. */
  site: z.string().regex(/^[a-z0-9.-]{2,100}$/, 'expected the name of a site'),
  posts: z.enum(['questions', 'answers']).default('questions'),
  /** Questions with all of these; all where empty. Answers have no tags. */
  tagged: z.array(z.string().regex(/^[\p{L}\p{N}+#.-]{1,50}$/u)).default([]),
  /** The day to begin with. */
  since: z.iso.date().optional(),
  /** Of an application; it raises the quota, and is no secret. */
  key: z
    .string()
    .regex(/^[\w()*]{1,100}$/)
    .optional(),
  maximumPosts,
  ...remote,
});
