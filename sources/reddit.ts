// The newest posts of a forum that answers as Reddit does (listings of links, reddit.com/dev/api).
import { z } from 'zod';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import type { Api } from './api/api-client.ts';
import { type ApiContext, createApiSource } from './api/api-source.ts';
import { newestFirst, newestFirstSchema, type PostsPage } from './api/newest-first.ts';
import type { Pseudonymize } from './pseudonyms.ts';
import { fingerprint } from './seen-entries.ts';
import { deleted, documentOfPost, lookBackTo, unreadable } from './social/post.ts';
import type { SocialContext } from './social/social-context.ts';
import type { Found, Source } from './source.ts';

type RedditSpec = Extract<SourceSpec, { kind: 'reddit' }>;

const PAGE = 100; // as many as a listing gives
const KIND = 't3'; // links, as Reddit calls posts

const keySchema = z.object({ data: z.object({ id: z.string().regex(/^[0-9a-z]{1,32}$/) }) });
const linkSchema = z.object({
  kind: z.literal(KIND),
  data: z.object({
    id: z.string(),
    title: z.string(),
    selftext: z.string().default(''),
    author: z.string().nullish(),
    permalink: z.string().startsWith('/'),
    created_utc: z.number(),
    removed_by_category: z.string().nullish(),
  }),
});

const MENTION = /(?<![\w/])(\/?u\/)([\w-]{3,20})/g;

async function readPage(spec: RedditSpec, api: Api, before: string | undefined): Promise<PostsPage<unknown>> {
  const url = new URL(`/r/${spec.subreddit}/new.json`, spec.server);
  url.searchParams.set('limit', String(PAGE));
  url.searchParams.set('raw_json', '1'); // or the texts have entities
  if (before !== undefined) url.searchParams.set('after', `${KIND}_${before}`);
  const schema = z.object({
    data: z.object({ after: z.string().nullish(), children: z.array(z.unknown()) }),
  });
  const { data } = (await api.getJson(url, schema)).value;
  const posts = data.children.map((post) => {
    const link = linkSchema.safeParse(post).data?.data;
    return {
      ...{ post, id: keySchema.safeParse(post).data?.data.id },
      ...(link && {
        print: fingerprint(link.title, link.selftext, link.removed_by_category ?? ''),
        writtenAt: link.created_utc * 1_000,
      }),
    };
  });
  return { posts, isLast: data.after === undefined || data.after === null };
}

function takeIn(
  post: unknown,
  spec: RedditSpec,
  { pseudonymize, now }: { pseudonymize: Pseudonymize; now: () => Date },
): Found {
  const parsed = linkSchema.safeParse(post);
  if (!parsed.success) return { problem: { uri: spec.server, reason: unreadable } };
  const {
    id,
    title,
    selftext,
    author,
    permalink,
    created_utc: seconds,
    removed_by_category: by,
  } = parsed.data.data;
  const uri = new URL(permalink, 'https://www.reddit.com').href;
  const isGone = (by !== undefined && by !== null) || ['[removed]', '[deleted]'].includes(selftext);
  if (isGone) return { problem: { uri, reason: 'removed' } };
  const host = 'reddit.com';
  const text = `${title}\n\n${selftext}`
    .trim()
    .replace(MENTION, (_, sign: string, name: string) => `${sign}${pseudonymize(host, name)}`);
  const named = author === '[deleted]' ? undefined : (author ?? undefined);
  const time = new Date(seconds * 1_000);
  return documentOfPost(
    { name: id, uri, mediaType: 'text/plain', text: `${text}\n`, time, author: named },
    { spec, host, pseudonymize, now },
  );
}

/** Makes the source of kind `reddit`. */
export function createRedditSource(spec: RedditSpec, context: ApiContext & SocialContext): Source {
  return createApiSource(spec, context, {
    address: `${spec.server}/r/${spec.subreddit}`,
    state: newestFirstSchema,
    begin: { recent: {} },
    collect: async function* (api, state): AsyncGenerator<Found> {
      const pseudonymize = await context.pseudonyms();
      const page = (before: string | undefined) => readPage(spec, api, before);
      const { now } = context;
      const listing = { page, maximum: spec.maximumPosts, lookBackTo: lookBackTo(spec, now) };
      for await (const listed of newestFirst(state, listing))
        if ('post' in listed) yield takeIn(listed.post, spec, { pseudonymize, now });
        else
          yield {
            problem: { uri: `https://www.reddit.com/comments/${listed.gone}`, reason: deleted },
          };
    },
  });
}
