// News and blogs: each entry of a feed once, as the article that it leads to or as the feed has it. A feed is asked for only if
// it has changed.
import { z } from 'zod';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import { digestOf } from './content.ts';
import { type FeedEntry, readFeed } from './feeds/feed-entries.ts';
import { licenceOf } from './licences.ts';
import { fingerprint } from './seen-entries.ts';
import { escapeHtml } from './social/post.ts';
import type { CollectedItem, Cursor, Found, Source } from './source.ts';
import { packState, unpackState } from './state-cursor.ts';
import { createPageGetter, HostLeft, type PageGetter } from './web/page-getter.ts';
import { readMarkup } from './web/page-markup.ts';
import { charsetOf, decodePage } from './web/page-text.ts';
import { HostBusyError, machineClock } from './web/patient-client.ts';
import { conditionsOf, mediaTypeOf } from './web/visit.ts';
import { withClient } from './web/with-client.ts';
import type { WebContext } from './web.ts';

type FeedSpec = Extract<SourceSpec, { kind: 'feed' }>;

/** What a kill may cost: entries that were asked for in so long. */
const KEEP_AFTER_SECONDS = 30;
const REMEMBERED = 20_000; // entries of a feed; the oldest are forgotten first

const FEEDS = [
  ...['application/rss+xml', 'application/atom+xml', 'application/rdf+xml', 'application/xml', 'text/xml'],
  ...['application/feed+json', 'application/json', 'text/plain', 'text/html'], // the last two: said of feeds by many
];
const ARTICLES = ['text/html', 'application/xhtml+xml', 'text/plain'];

const feedSchema = z.object({
  /** Validators of the version whose entries have all been brought. */
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  /** Fingerprints of entries, those of the newest version last. */
  seen: z.array(z.number()),
});
type FeedState = z.infer<typeof feedSchema>;
const stateSchema = z.record(z.string(), feedSchema);

/** What there is of an entry. `isPassing`: it may be otherwise in the next run, so the entry is not remembered. */
type Reading = { readonly found: Found; readonly isPassing?: boolean };

function documentOf(
  entry: FeedEntry,
  { url, mediaType, text }: { readonly url: URL; readonly mediaType: string; readonly text: string },
  { spec, now }: { readonly spec: FeedSpec; readonly now: () => Date },
): Found {
  const time = new Date(entry.time ?? Number.NaN);
  const licence = spec.licence ?? (entry.licence === undefined ? undefined : licenceOf(entry.licence));
  return {
    document: {
      ...{ id: `${spec.name}/${url.host}${url.pathname}${url.search}`, source: spec.name, uri: url.href },
      ...{ digest: digestOf(Buffer.from(text)), collectedAt: now().toISOString() },
      ...(!Number.isNaN(time.getTime()) && { time: time.toISOString() }),
      ...(licence !== undefined && { licence }),
      content: { mediaType, encoding: 'utf8', data: text },
    },
  };
}

/** Makes the source of kind `feed`. */
export function createFeedSource(spec: FeedSpec, { now, clock = machineClock }: WebContext): Source {
  const maximumBytes = spec.maximumReplyBytes;

  async function readArticle(entry: FeedEntry, pages: PageGetter): Promise<Reading> {
    const { url } = entry;
    if (url === undefined)
      return { found: { problem: { uri: spec.name, reason: 'an entry without an address' } } };
    const problem = (reason: string, isPassing = false): Reading => ({
      found: { problem: { uri: url.href, reason } },
      isPassing,
    });
    const followed = await pages.follow(url, { mediaTypes: ARTICLES, maximumBytes });
    if ('problem' in followed) return problem(followed.problem, followed.isPassing);
    const { reply, url: place } = followed;
    if (reply.status !== 200) return problem(`refused (${reply.status})`, reply.status >= 500);
    const mediaType = mediaTypeOf(reply);
    const text = decodePage(reply.bytes, charsetOf(reply.header('content-type') ?? ''));
    if (mediaType !== 'text/plain' && !readMarkup(text, place.href).mayBeKept)
      return problem('asks not to be kept (noindex)');
    return { found: documentOf(entry, { url: place, mediaType, text }, { spec, now }) };
  }

  function readEntry(entry: FeedEntry, feed: URL): Reading {
    const { title, text, mediaType } = entry;
    const url = entry.url ?? new URL(`#${fingerprint(entry.id).toString(36)}`, feed);
    if (text === undefined || text.trim() === '')
      return { found: { problem: { uri: url.href, reason: 'an entry without text' } } };
    const isHtml = mediaType === 'text/html';
    const heading = title === undefined ? '' : isHtml ? `<h1>${escapeHtml(title)}</h1>\n` : `${title}\n\n`;
    return { found: documentOf(entry, { url, mediaType, text: `${heading}${text}` }, { spec, now }) };
  }

  /** Brings what is new in a feed; its state is changed before anything is yielded. */
  async function* collectFeed(feed: URL, state: FeedState, pages: PageGetter): AsyncGenerator<Found> {
    const uri = feed.href;
    const { etag, lastModified } = state;
    const conditions = conditionsOf({ url: uri, depth: 0, etag, lastModified });
    const followed = await pages.follow(feed, { mediaTypes: FEEDS, maximumBytes, conditions });
    if ('problem' in followed) {
      yield { problem: { uri, reason: followed.problem } };
      return;
    }
    const { reply, url } = followed;
    if (reply.status === 304) return;
    if (reply.status !== 200) {
      yield { problem: { uri, reason: `refused (${reply.status})` } };
      return;
    }
    const entries = readFeed(reply.bytes, reply.header('content-type') ?? '', url.href);
    if (entries === undefined) {
      yield { problem: { uri, reason: 'no feed' } };
      return;
    }
    const listed = new Map(entries.map((entry) => [fingerprint(entry.id, entry.version), entry]));
    const seen = new Set(state.seen);
    let isWhole = true;
    const remember = (print: number): void => {
      seen.delete(print);
      seen.add(print);
      state.seen = [...seen].slice(-REMEMBERED);
    };
    for (const [print, entry] of listed) {
      if (seen.has(print)) remember(print);
      else {
        const reading = spec.text === 'feed' ? readEntry(entry, url) : await readOrLeave(entry, pages);
        if (reading.isPassing === true) isWhole = false;
        else remember(print);
        yield reading.found;
      }
    }
    if (isWhole) [state.etag, state.lastModified] = [reply.header('etag'), reply.header('last-modified')];
  }

  async function readOrLeave(entry: FeedEntry, pages: PageGetter): Promise<Reading> {
    try {
      return await readArticle(entry, pages);
    } catch (error) {
      if (!(error instanceof HostLeft || error instanceof HostBusyError)) throw error;
      return { found: { problem: { uri: entry.url?.href ?? '', reason: error.message } }, isPassing: true };
    }
  }

  async function* collectAll(cursor: Cursor | undefined, pages: PageGetter): AsyncGenerator<CollectedItem> {
    const before = new Map(Object.entries(cursor === undefined ? {} : unpackState(cursor, stateSchema)));
    const states = new Map(spec.feeds.map((feed) => [feed, before.get(feed) ?? { seen: [] }]));
    const keep = (): Cursor => packState(Object.fromEntries(states));
    let count = 0;
    for (const [feed, state] of states) {
      try {
        for await (const found of collectFeed(new URL(feed), state, pages)) {
          yield { ...found, cursor: keep };
          if ('document' in found && (count += 1) >= spec.maximumEntries) return;
        }
      } catch (error) {
        if (!(error instanceof HostLeft || error instanceof HostBusyError)) throw error;
        yield { problem: { uri: feed, reason: error.message }, cursor: keep };
      }
    }
  }

  return {
    name: spec.name,
    keepAfterSeconds: KEEP_AFTER_SECONDS,
    collect: (cursor, signal) =>
      withClient(spec, (client) => collectAll(cursor, createPageGetter(spec, client, { clock, signal }))),
  };
}
