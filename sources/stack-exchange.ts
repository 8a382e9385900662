// Questions or answers of a site of Stack Exchange, from the oldest on (api.stackexchange.com/docs, version 2.3).
import { z } from 'zod';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import type { Api } from './api/api-client.ts';
import { type ApiContext, createApiSource } from './api/api-source.ts';
import { documentOfPost, type Post, unreadable } from './social/post.ts';
import type { SocialContext } from './social/social-context.ts';
import type { Found, Source } from './source.ts';
import { HostBusyError } from './web/patient-client.ts';

type StackExchangeSpec = Extract<SourceSpec, { kind: 'stack-exchange' }>;

const PAGE = 100; // as many as an answer gives

const stateSchema = z.object({
  /** When the last post that was brought was written, in seconds since 1970. */
  reached: z.number(),
  /** Posts of that second that were brought. */
  ids: z.array(z.number()),
});
type State = z.infer<typeof stateSchema>;

const wrapperSchema = z.object({
  items: z.array(z.unknown()),
  has_more: z.boolean(),
  /** Seconds in which nothing may be asked. */
  backoff: z.number().optional(),
  quota_remaining: z.number().optional(),
});

const keySchema = z.object({
  creation_date: z.number().int(),
  question_id: z.number().int(),
  answer_id: z.number().int().optional(),
});
const itemSchema = keySchema.extend({
  title: z.string().optional(),
  body: z.string(),
  link: z.string().optional(),
  content_license: z.string().optional(),
  owner: z.object({ user_id: z.number().optional(), display_name: z.string().optional() }).optional(),
});

const idOf = (item: z.infer<typeof keySchema>): number => item.answer_id ?? item.question_id;

function postOf(item: z.infer<typeof itemSchema>, site: string): Post {
  const { owner, title, body } = item;
  const id = idOf(item);
  return {
    name: String(id),
    uri: item.link ?? `https://${site}.stackexchange.com/${item.answer_id === undefined ? 'q' : 'a'}/${id}`,
    mediaType: 'text/html',
    text: title === undefined ? body : `<h1>${title}</h1>\n${body}`, // both are HTML
    time: new Date(item.creation_date * 1_000),
    author: owner?.user_id === undefined ? owner?.display_name : `user ${owner.user_id}`,
    licence: item.content_license,
  };
}

async function readPage(spec: StackExchangeSpec, api: Api, { from, page }: { from: number; page: number }) {
  const { site, tagged, key, posts } = spec;
  const url = new URL(`${spec.api.replace(/\/$/, '')}/${posts}`);
  const parameters = {
    ...{
      site,
      order: 'asc',
      sort: 'creation',
      filter: 'withbody',
      pagesize: String(PAGE),
      page: String(page),
    },
    ...(from > 0 && { fromdate: String(from) }),
    ...(posts === 'questions' && tagged.length > 0 && { tagged: tagged.join(';') }),
    ...(key !== undefined && { key }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return (await api.getJson(url, wrapperSchema)).value;
}

/** Makes the source of kind `stack-exchange`. */
export function createStackExchangeSource(
  spec: StackExchangeSpec,
  context: ApiContext & SocialContext,
): Source {
  const { site, since, maximumPosts } = spec;

  async function* collect(api: Api, state: State): AsyncGenerator<Found> {
    const pseudonymize = await context.pseudonyms();
    const post = { spec, host: `${site}.stackexchange`, pseudonymize, now: context.now };
    let [page, count] = [1, 0];
    for (;;) {
      const from = state.reached;
      const {
        items,
        has_more: hasMore,
        backoff = 0,
        quota_remaining: quota,
      } = await readPage(spec, api, { from, page });
      for (const item of items) {
        const key = keySchema.safeParse(item).data;
        const parsed = itemSchema.safeParse(item);
        if (key !== undefined) {
          const [at, id] = [key.creation_date, idOf(key)];
          if (at < state.reached || (at === state.reached && state.ids.includes(id))) continue;
          if (count === maximumPosts) return; // the next run goes on
          Object.assign(state, { reached: at, ids: at === state.reached ? [...state.ids, id] : [id] });
          count += 1;
        }
        if (parsed.success) yield documentOfPost(postOf(parsed.data, site), post);
        else yield { problem: { uri: spec.api, reason: unreadable } };
      }
      if (!hasMore || items.length === 0) return;
      if (quota === 0) throw new HostBusyError();
      await api.pause(backoff * 1_000);
      // Pages beyond the 25th are for those with a key, so each answer is the first page from where we are.
      page = state.reached === from ? page + 1 : 1;
    }
  }

  const reached = since === undefined ? 0 : Date.parse(since) / 1_000;
  return createApiSource(spec, context, {
    address: spec.api,
    state: stateSchema,
    begin: { reached, ids: [] },
    collect,
  });
}
