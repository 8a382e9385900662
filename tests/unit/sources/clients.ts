// Every client that asks a host, before a host on loopback with one post, page or paper that says 한국어.
import { arxivSourceSchema, oaiPmhSourceSchema } from '../../../contracts/model-spec/archive-source.ts';
import { webSourceSchema } from '../../../contracts/model-spec/collection.ts';
import { feedSourceSchema } from '../../../contracts/model-spec/feed-source.ts';
import {
  hackerNewsSourceSchema,
  mastodonSourceSchema,
  redditSourceSchema,
  stackExchangeSourceSchema,
} from '../../../contracts/model-spec/social-source.ts';
import { mediawikiSourceSchema } from '../../../contracts/model-spec/wiki-source.ts';
import type { ApiContext } from '../../../sources/api/api-source.ts';
import { createArxivSource } from '../../../sources/arxiv.ts';
import { createFeedSource } from '../../../sources/feed.ts';
import { createHackerNewsSource } from '../../../sources/hacker-news.ts';
import { createMastodonSource } from '../../../sources/mastodon.ts';
import { createMediawikiSource } from '../../../sources/mediawiki.ts';
import { createOaiPmhSource } from '../../../sources/oai-pmh.ts';
import { createRedditSource } from '../../../sources/reddit.ts';
import type { Source } from '../../../sources/source.ts';
import { createStackExchangeSource } from '../../../sources/stack-exchange.ts';
import { createWebSource } from '../../../sources/web.ts';
import type { Host } from './api/host.ts';
import { socialContext } from './social/support.ts';

/** What is said everywhere. */
export const said = '한국어로 쓴 글은 한국어로 남는다';

type Fields = Record<string, unknown>;

export interface Client {
  /** Kind and address. */
  readonly fields: (origin: string) => Fields;
  readonly create: (fields: Fields, host: Host, context: Partial<ApiContext>) => Source;
  /** The field that bounds an answer; `maximumReplyBytes` where absent. */
  readonly limit?: string;
  /** Whether a token may go with what is asked. */
  readonly takesToken?: boolean;
  /** What the host answers: a content type, and a body in which `charset=` says how it is written. */
  readonly answer: (url: URL, charset: string) => readonly [mediaType: string, body: string] | undefined;
}

const json = (value: unknown) => ['application/json', JSON.stringify(value)] as const;
const html = (charset: string) =>
  ['text/html', `<!doctype html><meta charset=${charset}><p>${said}`] as const;
const xml = (charset: string, body: string) =>
  ['text/xml', `<?xml version="1.0" encoding="${charset}"?>${body}`] as const;
const time = '2026-01-01T00:00:00Z';

export const clients: Readonly<Record<string, Client>> = {
  web: {
    limit: 'maximumPageBytes',
    fields: (origin) => ({ kind: 'web', seeds: [`${origin}/`], sitemaps: false }),
    create: (fields, host) => createWebSource(webSourceSchema.parse(fields), host.context),
    answer: (_, charset) => html(charset),
  },
  feed: {
    fields: (origin) => ({ kind: 'feed', feeds: [`${origin}/feed`] }),
    create: (fields, host) => createFeedSource(feedSourceSchema.parse(fields), host.context),
    answer: ({ pathname }, charset) =>
      pathname === '/feed'
        ? xml(
            charset,
            '<rss version="2.0"><channel><title>t</title><item><link>/a</link></item></channel></rss>',
          )
        : html(charset),
  },
  'feed without articles': {
    fields: (origin) => ({ kind: 'feed', feeds: [`${origin}/feed`], text: 'feed' }),
    create: (fields, host) => createFeedSource(feedSourceSchema.parse(fields), host.context),
    answer: (_, charset) =>
      xml(
        charset,
        `<rss version="2.0"><channel><title>t</title><item><link>/a</link><description>${said}</description></item></channel></rss>`,
      ),
  },
  mediawiki: {
    takesToken: true,
    fields: (origin) => ({ kind: 'mediawiki', api: `${origin}/w/api.php` }),
    create: (fields, host, context) =>
      createMediawikiSource(mediawikiSourceSchema.parse(fields), { ...host.context, ...context }),
    answer: ({ searchParams: asked }) => {
      if (asked.get('meta') === 'siteinfo')
        return json({
          batchcomplete: true,
          query: {
            general: { server: '//wiki.example.org', articlepath: '/wiki/$1', time },
            namespaces: { 0: { id: 0, name: '' } },
            ...{ namespacealiases: [], rightsinfo: { url: '', text: '' }, recentchanges: [{ revid: 1 }] },
          },
        });
      const page = { pageid: 1, ns: 0, title: '글', lastrevid: 1 };
      if (asked.get('generator') === 'allpages')
        return json({ batchcomplete: true, query: { pages: [page] } });
      const main = { contentmodel: 'wikitext', contentformat: 'text/x-wiki', content: said };
      const revisions = [{ revid: 1, timestamp: time, slots: { main } }];
      return json({ batchcomplete: true, query: { pages: [{ ...page, revisions }] } });
    },
  },
  arxiv: {
    fields: (origin) => ({ kind: 'arxiv', api: `${origin}/api/query`, query: 'cat:cs.CL' }),
    create: (fields, host) => createArxivSource(arxivSourceSchema.parse(fields), host.context),
    answer: (_, charset) =>
      xml(
        charset,
        `<feed xmlns="http://www.w3.org/2005/Atom"><totalResults>1</totalResults><entry><id>http://arxiv.org/abs/2601.00001v1</id>
         <published>${time}</published><title>t</title><summary>${said}</summary></entry></feed>`,
      ),
  },
  'oai-pmh': {
    fields: (origin) => ({ kind: 'oai-pmh', url: `${origin}/oai` }),
    create: (fields, host) => createOaiPmhSource(oaiPmhSourceSchema.parse(fields), host.context),
    answer: ({ searchParams }, charset) => {
      const inside =
        searchParams.get('verb') === 'Identify'
          ? '<Identify><granularity>YYYY-MM-DD</granularity></Identify>'
          : `<ListRecords><record><header><identifier>oai:a:1</identifier><datestamp>2026-01-01</datestamp></header>
             <metadata><dc><title>t</title><description>${said}</description></dc></metadata></record></ListRecords>`;
      return xml(charset, `<OAI-PMH><responseDate>${time}</responseDate>${inside}</OAI-PMH>`);
    },
  },
  mastodon: {
    takesToken: true,
    fields: (origin) => ({ kind: 'mastodon', server: origin }),
    create: (fields, host, context) =>
      createMastodonSource(mastodonSourceSchema.parse(fields), { ...socialContext(host), ...context }),
    answer: () => {
      const post = {
        id: '1',
        created_at: time,
        visibility: 'public',
        content: said,
        account: { acct: 'kim' },
      };
      return json([post]);
    },
  },
  'hacker-news': {
    fields: (origin) => ({ kind: 'hacker-news', api: `${origin}/api/v1` }),
    create: (fields, host) =>
      createHackerNewsSource(hackerNewsSourceSchema.parse(fields), socialContext(host)),
    answer: () => json({ hits: [{ objectID: '1', created_at_i: 1, title: said }], nbHits: 1 }),
  },
  reddit: {
    takesToken: true,
    fields: (origin) => ({ kind: 'reddit', server: origin, subreddit: 'korea' }),
    create: (fields, host, context) =>
      createRedditSource(redditSourceSchema.parse(fields), { ...socialContext(host), ...context }),
    answer: () => {
      const data = { id: 'a', title: said, permalink: '/r/korea/comments/a', created_utc: 1 };
      return json({ kind: 'Listing', data: { after: null, children: [{ kind: 't3', data }] } });
    },
  },
  'stack-exchange': {
    fields: (origin) => ({ kind: 'stack-exchange', api: `${origin}/2.3`, site: 'korean' }),
    create: (fields, host) =>
      createStackExchangeSource(stackExchangeSourceSchema.parse(fields), socialContext(host)),
    answer: () =>
      json({ items: [{ question_id: 1, creation_date: 1, title: 't', body: said }], has_more: false }),
  },
};
