// What is asked of a wiki's Action API.
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Api } from '../api/api-client.ts';
import { retryAfterMs } from '../web/patient-client.ts';
import { changesSchema, contentSchema, errorSchema, listingSchema, siteSchema } from './wiki-answers.ts';
import type { WikiPage, WikiSite } from './wiki-page.ts';

/** A page and the newest revision that the wiki names for it. */
export interface Listed {
  readonly page: number;
  readonly revision: number;
}

export interface Listing {
  readonly pages: readonly Listed[];
  /** Continues the listing; absent at its end. */
  readonly next: Readonly<Record<string, string | number>> | undefined;
}

const ATTEMPTS = 5;
const BUSY = new Set(['maxlag', 'ratelimited', 'readonly']);
/** Pages whose text is asked for at once: as many as anybody may. */
const BATCH = 50;

type Parameters = Readonly<Record<string, string | number | undefined>>;

/** @param maxlag seconds */
export function createWikiApi(
  api: Api,
  { address, maxlag }: { readonly address: string; readonly maxlag: number },
) {
  const ask = async <T>(parameters: Parameters, schema: z.ZodType<T>): Promise<T> => {
    const url = new URL(address);
    const all: Parameters = { action: 'query', format: 'json', formatversion: 2, maxlag, ...parameters };
    for (const [name, value] of Object.entries(all))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const refused = z.object({ error: errorSchema });
    for (let attempt = 1; ; attempt += 1) {
      const { value, header } = await api.getJson(url, z.union([refused, schema]));
      if (!(typeof value === 'object' && value !== null && 'error' in value)) return value;
      const { code, info } = refused.parse(value).error;
      if (!BUSY.has(code) || attempt === ATTEMPTS)
        throw new CoppiceFailure(
          BUSY.has(code) ? 'SourceUnavailable' : 'InvalidInput',
          `${url.host} refuses (${code}): ${info.slice(0, 200)}`,
        );
      await api.pause(retryAfterMs(header('retry-after'), api.clock.now()) ?? maxlag * 1_000);
    }
  };

  return {
    /** What the wiki is, and how far it is now. */
    readSite: async (): Promise<{ site: WikiSite; revision: number; time: string }> => {
      const { query } = await ask(
        {
          ...{ meta: 'siteinfo', siprop: 'general|namespaces|namespacealiases|rightsinfo' },
          ...{ list: 'recentchanges', rctype: 'edit|new', rcprop: 'ids', rclimit: 1 },
        },
        siteSchema,
      );
      const { general, rightsinfo } = query;
      const server = new URL(general.server, address).href.replace(/\/$/, '');
      const isLeftOut = ({ id }: { id: number }): boolean => id === 6 || id === 14; // files and categories
      const own = Object.values(query.namespaces).filter(isLeftOut);
      const leftOut = [
        ...own.flatMap(({ name, canonical }) => [name, ...(canonical === undefined ? [] : [canonical])]),
        ...query.namespacealiases.filter(isLeftOut).map(({ alias }) => alias),
      ];
      const licence = rightsinfo.url || rightsinfo.text;
      return {
        site: { pageAddress: `${server}${general.articlepath}`, licence, leftOut },
        revision: query.recentchanges.at(0)?.revid ?? 0,
        time: general.time,
      };
    },

    /** All pages of a namespace that lead nowhere else, in the order of their titles. */
    listPages: async (namespace: number, from: Parameters | undefined): Promise<Listing> => {
      const { query, continue: next } = await ask(
        {
          ...{ generator: 'allpages', gapnamespace: namespace, gapfilterredir: 'nonredirects' },
          ...{ gaplimit: 500, prop: 'info', ...from },
        },
        listingSchema,
      );
      const pages = query.pages.filter(({ redirect }) => redirect !== true);
      return { pages: pages.map((it) => ({ page: it.pageid, revision: it.lastrevid })), next };
    },

    /** What has been written since a time, oldest first. */
    listChanges: async (
      namespaces: readonly number[],
      since: string,
      from: Parameters | undefined,
    ): Promise<Listing> => {
      const { query, continue: next } = await ask(
        {
          ...{ list: 'recentchanges', rcnamespace: namespaces.join('|'), rctype: 'edit|new' },
          ...{ rcshow: '!redirect', rcdir: 'newer', rcstart: since, rcprop: 'ids', rclimit: 500, ...from },
        },
        changesSchema,
      );
      return { pages: query.recentchanges.map((it) => ({ page: it.pageid, revision: it.revid })), next };
    },

    /** Texts of pages as they stand now; a page that is gone is left out. */
    readPages: async function* (pages: readonly number[]): AsyncGenerator<WikiPage> {
      for (let begin = 0; begin < pages.length; begin += BATCH) {
        let next: Parameters | undefined;
        const pageids = pages.slice(begin, begin + BATCH).join('|');
        do {
          const parameters = { prop: 'revisions', rvprop: 'ids|timestamp|content', rvslots: 'main', pageids };
          const { query, continue: on } = await ask({ ...parameters, ...next }, contentSchema);
          next = on;
          for (const { pageid: id, title, revisions } of query.pages) {
            const revision = revisions?.at(0);
            if (revision?.slots.main.content === undefined) continue;
            const { content: wikitext, contentmodel: model } = revision.slots.main;
            yield { id, title, revision: revision.revid, time: revision.timestamp, model, wikitext };
          }
        } while (next !== undefined);
      }
    },
  };
}
export type WikiApi = ReturnType<typeof createWikiApi>;
