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
  /** Edits are told by what happened last to a post: those since a time, in seconds since 1970, and how far they are brought. */
  edits: z.object({ since: z.number(), reached: z.number(), ids: z.array(z.number()) }).optional(),
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
  last_edit_date: z.number().int().optional(),
  last_activity_date: z.number().int().optional(),
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

/** How posts are listed: from a time on, by when they were written or by when something happened to them last. */
interface Order {
  readonly by: 'creation' | 'activity';
  readonly from: number;
  readonly page: number;
}

async function readPage(spec: StackExchangeSpec, api: Api, { by, from, page }: Order) {
  const { site, tagged, key, posts } = spec;
  const url = new URL(`${spec.api.replace(/\/$/, '')}/${posts}`);
  const parameters = {
    ...{ site, order: 'asc', sort: by, filter: 'withbody', pagesize: String(PAGE), page: String(page) },
    ...(from > 0 && { [by === 'creation' ? 'fromdate' : 'min']: String(from) }),
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

  /**
   * Lists posts from where a place stands to the end, each once; the place stands behind what was yielded.
   * @param timeOf when a post counts, in seconds since 1970
   */
  async function* list(
    api: Api,
    place: { reached: number; ids: number[] },
    { by, timeOf }: { by: Order['by']; timeOf: (key: z.infer<typeof keySchema>) => number },
  ): AsyncGenerator<{ readonly item: unknown; readonly key?: z.infer<typeof keySchema> }> {
    for (let page = 1; ; ) {
      const from = place.reached;
      const {
        items,
        has_more: hasMore,
        backoff = 0,
        quota_remaining: quota,
      } = await readPage(spec, api, { by, from, page });
      for (const item of items) {
        const key = keySchema.safeParse(item).data;
        if (key === undefined) yield { item };
        else {
          const [at, id] = [timeOf(key), idOf(key)];
          if (at < place.reached || (at === place.reached && place.ids.includes(id))) continue;
          Object.assign(place, { reached: at, ids: at === place.reached ? [...place.ids, id] : [id] });
          yield { item, key };
        }
      }
      if (!hasMore || items.length === 0) return;
      if (quota === 0) throw new HostBusyError();
      await api.pause(backoff * 1_000);
      // Pages beyond the 25th are for those with a key, so each answer is the first page from where we are.
      page = place.reached === from ? page + 1 : 1;
    }
  }

  async function* collect(api: Api, state: State): AsyncGenerator<Found> {
    const pseudonymize = await context.pseudonyms();
    const post = { spec, host: `${site}.stackexchange`, pseudonymize, now: context.now };
    const take = (item: unknown): Found => {
      const parsed = itemSchema.safeParse(item);
      if (parsed.success) return documentOfPost(postOf(parsed.data, site), post);
      return { problem: { uri: spec.api, reason: unreadable } };
    };
    const isFirst = state.edits === undefined;
    const began = Math.trunc(api.clock.now() / 1_000);
    const edits = (state.edits ??= { since: began, reached: began, ids: [] });
    let count = 0;
    for await (const { item, key } of list(api, state, {
      by: 'creation',
      timeOf: ({ creation_date: at }) => at,
    })) {
      yield take(item);
      if (key !== undefined && (count += 1) === maximumPosts) return; // the next run goes on
    }
    if (isFirst) return; // everything was brought as it is now
    for await (const { item, key } of list(api, edits, {
      by: 'activity',
      timeOf: (it) => it.last_activity_date ?? it.creation_date,
    })) {
      // What was written since then was brought as it is now, and an answer to a question is no edit of it.
      const { creation_date: written = 0, last_edit_date: edited = 0 } = key ?? {};
      const isEdited = edited >= edits.since && edited > written && written <= edits.since;
      if (!isEdited) continue;
      yield take(item);
      if ((count += 1) === maximumPosts) return;
    }
    edits.since = edits.reached;
  }

  const reached = since === undefined ? 0 : Date.parse(since) / 1_000;
  return createApiSource(spec, context, {
    address: spec.api,
    state: stateSchema,
    begin: { reached, ids: [] },
    collect,
  });
}
