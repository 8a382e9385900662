// Stories and comments of Hacker News, newest first, over the search that Algolia runs for it (hn.algolia.com/api).
import { z } from 'zod';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import type { Api } from './api/api-client.ts';
import { type ApiContext, createApiSource } from './api/api-source.ts';
import { newestFirst, newestFirstSchema, type PostsPage } from './api/newest-first.ts';
import { fingerprint } from './seen-entries.ts';
import { deleted, documentOfPost, escapeHtml, lookBackTo, type Post, unreadable } from './social/post.ts';
import type { SocialContext } from './social/social-context.ts';
import type { Found, Source } from './source.ts';

type HackerNewsSpec = Extract<SourceSpec, { kind: 'hacker-news' }>;

const PAGE = 200; // hits of one answer
const ID_DIGITS = 12;

const keySchema = z.object({
  objectID: z.string().regex(/^\d{1,12}$/),
  created_at_i: z.number().int().min(0),
});
const hitSchema = keySchema.extend({
  author: z.string().nullish(),
  title: z.string().nullish(),
  story_text: z.string().nullish(),
  comment_text: z.string().nullish(),
});

/** Time and id as one number, in which order the search gives them. */
function orderOf({ objectID, created_at_i: seconds }: z.infer<typeof keySchema>): string {
  return `${seconds}${objectID.padStart(ID_DIGITS, '0')}`;
}

const uriOf = (id: string): string => `https://news.ycombinator.com/item?id=${id}`;

function postOf({ objectID, created_at_i: seconds, ...hit }: z.infer<typeof hitSchema>): Post {
  const title = hit.title ?? '';
  const text = hit.comment_text ?? hit.story_text ?? '';
  return {
    ...{ name: objectID, uri: uriOf(objectID), mediaType: 'text/html' },
    text: hit.comment_text ? text : `<p>${escapeHtml(title)}</p>${text}`,
    time: new Date(seconds * 1_000),
    author: hit.author ?? undefined,
  };
}

/**
 * Hits of the same second have no order, so the last second of an answer is left to the next one, where there is something
 * new before it; far fewer are of one second than an answer holds.
 */
async function readPage(
  { api: address, types, query }: HackerNewsSpec,
  api: Api,
  before: string | undefined,
): Promise<PostsPage<unknown>> {
  const url = new URL(`${address.replace(/\/$/, '')}/search_by_date`);
  url.searchParams.set('query', query);
  url.searchParams.set('tags', `(${types.join(',')})`);
  url.searchParams.set('hitsPerPage', String(PAGE));
  if (before !== undefined)
    url.searchParams.set('numericFilters', `created_at_i<=${before.slice(0, -ID_DIGITS)}`);
  const schema = z.object({ hits: z.array(z.unknown()), nbHits: z.number() });
  const { hits, nbHits } = (await api.getJson(url, schema)).value;
  const keyed = hits.map((post) => ({ post, key: keySchema.safeParse(post).data }));
  const isLast = nbHits <= hits.length || hits.length === 0;
  const seconds = keyed.flatMap(({ key }) => (key === undefined ? [] : [key.created_at_i]));
  const last = seconds.at(-1);
  const reached = Number(before?.slice(0, -ID_DIGITS) ?? Number.POSITIVE_INFINITY);
  const isCut = !isLast && seconds.some((at) => at < reached && at !== last);
  const posts = keyed
    .filter(({ key }) => !isCut || key?.created_at_i !== last)
    .map(({ post, key }) => {
      const { data: hit } = hitSchema.safeParse(post);
      return {
        ...{ post, id: key && orderOf(key) },
        ...(hit && {
          print: fingerprint(hit.title ?? '', hit.story_text ?? '', hit.comment_text ?? ''),
          writtenAt: hit.created_at_i * 1_000,
        }),
      };
    })
    .sort((a, b) => Number(BigInt(b.id ?? 0) - BigInt(a.id ?? 0)));
  return { posts, isLast };
}

/** Makes the source of kind `hacker-news`. */
export function createHackerNewsSource(spec: HackerNewsSpec, context: ApiContext & SocialContext): Source {
  return createApiSource(spec, context, {
    address: spec.api,
    state: newestFirstSchema,
    begin: { recent: {} },
    collect: async function* (api, state): AsyncGenerator<Found> {
      const pseudonymize = await context.pseudonyms();
      const post = { spec, host: 'news.ycombinator.com', pseudonymize, now: context.now };
      const page = (before: string | undefined) => readPage(spec, api, before);
      const listing = { page, maximum: spec.maximumPosts, lookBackTo: lookBackTo(spec, context.now) };
      for await (const listed of newestFirst(state, listing)) {
        if ('gone' in listed) {
          const id = String(Number(listed.gone.slice(-ID_DIGITS)));
          yield { problem: { uri: uriOf(id), reason: deleted } };
          continue;
        }
        const parsed = hitSchema.safeParse(listed.post);
        if (parsed.success) yield documentOfPost(postOf(parsed.data), post);
        else yield { problem: { uri: spec.api, reason: unreadable } };
      }
    },
  });
}
