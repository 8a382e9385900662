// Public posts of a Mastodon timeline, newest first (docs.joinmastodon.org, methods timelines and accounts). Boosts are left
// out, and so are the posts of those who ask not to be indexed.
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

type MastodonSpec = Extract<SourceSpec, { kind: 'mastodon' }>;

const PAGE = 40; // as many as a server gives

const idSchema = z.object({ id: z.string().regex(/^\d{1,32}$/) });
const statusSchema = idSchema.extend({
  created_at: z.iso.datetime(),
  edited_at: z.iso.datetime().nullish(),
  content: z.string(),
  visibility: z.string(),
  language: z.string().nullish(),
  reblog: z.unknown().optional(),
  account: z.object({ acct: z.string().min(1), noindex: z.boolean().nullish() }),
  mentions: z
    .array(z.object({ acct: z.string(), username: z.string().min(1), url: z.string() }))
    .max(200)
    .default([]),
});
type Status = z.infer<typeof statusSchema>;

/** Names within the text become pseudonyms too, and the links to those who have them lead nowhere. */
function withoutMentions({ content, mentions }: Status, host: string, pseudonymize: Pseudonymize): string {
  let text = content;
  for (const { acct, username, url } of mentions) {
    const pseudonym = pseudonymize(host, fullName(acct, host));
    if (url !== '') text = text.replaceAll(`"${url}"`, '"#"');
    text = text.replaceAll(`>${username}<`, `>${pseudonym}<`).replaceAll(`@${acct}`, `@${pseudonym}`);
    text = text.replaceAll(`@${username}`, `@${pseudonym}`);
  }
  return text;
}

/** Servers leave out their own name. */
function fullName(acct: string, host: string): string {
  return acct.includes('@') ? acct : `${acct}@${host}`;
}

async function timelineOf(spec: MastodonSpec, api: Api): Promise<URL> {
  const { server, timeline, hashtag = '', account = '' } = spec;
  if (timeline === 'hashtag') return new URL(`/api/v1/timelines/tag/${encodeURIComponent(hashtag)}`, server);
  if (timeline === 'account') {
    const lookup = new URL('/api/v1/accounts/lookup', server);
    lookup.searchParams.set('acct', account);
    const { id } = (await api.getJson(lookup, idSchema)).value;
    const url = new URL(`/api/v1/accounts/${id}/statuses`, server);
    url.searchParams.set('exclude_reblogs', 'true');
    return url;
  }
  const url = new URL('/api/v1/timelines/public', server);
  if (timeline === 'local') url.searchParams.set('local', 'true');
  return url;
}

/** Whether a `Link` header (RFC 8288) names a next page. */
function hasNext(link: string | undefined): boolean {
  return /;\s{0,10}rel="?next"?/.test(link?.slice(0, 4_000) ?? '');
}

/** Whether a post is public, none of somebody else, and in a language that is asked for. */
function isWanted({ visibility, reblog, language }: Status, languages: readonly string[]): boolean {
  if (visibility !== 'public' || (reblog !== undefined && reblog !== null)) return false;
  return languages.length === 0 || languages.includes(language ?? '');
}

async function readPage(
  api: Api,
  timeline: URL,
  { before, languages }: { before: string | undefined; languages: readonly string[] },
): Promise<PostsPage<unknown>> {
  const url = new URL(timeline);
  url.searchParams.set('limit', String(PAGE));
  if (before !== undefined) url.searchParams.set('max_id', before);
  const { value, header } = await api.getJson(url, z.array(z.unknown()));
  const posts = value.map((post) => {
    const status = statusSchema.safeParse(post).data;
    const isKept = status && isWanted(status, languages) && status.account.noindex !== true;
    return {
      ...{ id: idSchema.safeParse(post).data?.id, post },
      ...(isKept && {
        print: fingerprint(status.content, status.edited_at ?? ''),
        writtenAt: Date.parse(status.created_at),
      }),
    };
  });
  return { posts, isLast: !hasNext(header('link')) };
}

/** Makes the source of kind `mastodon`. */
export function createMastodonSource(spec: MastodonSpec, context: ApiContext & SocialContext): Source {
  const { server, languages, maximumPosts: maximum } = spec;
  const { host } = new URL(server);

  return createApiSource(spec, context, {
    address: server,
    state: newestFirstSchema,
    begin: { recent: {} },
    collect: async function* (api, state): AsyncGenerator<Found> {
      const pseudonymize = await context.pseudonyms();
      const timeline = await timelineOf(spec, api);
      const page = (before: string | undefined) => readPage(api, timeline, { before, languages });
      const uriOf = (id: string): string => new URL(`/api/v1/statuses/${id}`, server).href;
      const listing = { page, maximum, lookBackTo: lookBackTo(spec, context.now) };
      for await (const listed of newestFirst(state, listing)) {
        if ('gone' in listed) {
          yield { problem: { uri: uriOf(listed.gone), reason: deleted } };
          continue;
        }
        const parsed = statusSchema.safeParse(listed.post);
        if (!parsed.success) {
          yield { problem: { uri: server, reason: unreadable } };
          continue;
        }
        const { id, account, created_at: created } = parsed.data;
        const uri = uriOf(id); // the page's own address names its author
        if (!isWanted(parsed.data, languages)) continue;
        if (account.noindex === true) yield { problem: { uri, reason: 'its author asks not to be indexed' } };
        else
          yield documentOfPost(
            {
              ...{ name: id, uri, mediaType: 'text/html', time: new Date(created) },
              text: withoutMentions(parsed.data, host, pseudonymize),
              author: fullName(account.acct, host),
            },
            { spec, host, pseudonymize, now: context.now },
          );
      }
    },
  });
}
