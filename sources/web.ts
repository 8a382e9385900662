// A crawler: pages of the seeds' hosts along their links, breadth first, politely, and on later runs only what has changed.
import type { CollectedItem, Source } from './source.ts';
import { openCrawlState } from './web/crawl-state.ts';
import type { HttpClient } from './web/http-get.ts';
import { createPageGetter, HostLeft } from './web/page-getter.ts';
import { type Clock, HostBusyError, machineClock } from './web/patient-client.ts';
import { createScope, resolveAddress } from './web/scope.ts';
import { readSitemaps } from './web/sitemaps.ts';
import { conditionsOf, takeIn, type Visited, type WebSpec } from './web/visit.ts';
import { withClient } from './web/with-client.ts';

export interface WebContext {
  readonly now: () => Date;
  /** The machine's where absent. */
  readonly clock?: Clock;
}

/** What a kill may cost: pages that were asked for in so long. */
const KEEP_AFTER_SECONDS = 30;

/** Makes the source of kind `web`. */
export function createWebSource(spec: WebSpec, { now, clock = machineClock }: WebContext): Source {
  const seeds = spec.seeds.flatMap((seed) => resolveAddress(seed) ?? []);
  const scope = createScope(seeds, spec);

  async function* crawl(
    cursor: Parameters<Source['collect']>[0],
    { client, signal }: { client: HttpClient; signal: AbortSignal },
  ): AsyncGenerator<CollectedItem> {
    const state = openCrawlState(cursor, spec.maximumPages);
    const pages = createPageGetter(spec, client, { clock, signal });
    const { mediaTypes, maximumPageBytes: maximumBytes } = spec;
    const left = new Set<string>();
    for (const { href } of seeds) state.add({ url: href, depth: 0 });
    if (spec.sitemaps && state.isNew && spec.maximumDepth > 0)
      for await (const found of readSitemaps(new Set(seeds.map(({ origin }) => origin)), pages)) {
        if ('problem' in found) yield { ...found, cursor: state.cursor };
        else if (scope.isWithin(found.url)) state.list(found.url.href, found.changed);
      }
    for (const page of state.waiting()) {
      signal.throwIfAborted();
      const url = new URL(page.url);
      if (left.has(url.host)) continue; // said already, and not counted as looked at
      let visited: Visited;
      try {
        const reply = await pages.get(url, { mediaTypes, maximumBytes, conditions: conditionsOf(page) });
        if ('problem' in reply) {
          state.looked(page);
          visited = { problem: reply.problem };
        } else visited = takeIn(page, reply, { spec, state, scope, now });
      } catch (error) {
        if (!(error instanceof HostLeft || error instanceof HostBusyError)) throw error;
        left.add(url.host);
        visited = { problem: error.message };
      }
      const { document, problem } = visited;
      if (document !== undefined) yield { document, cursor: state.cursor };
      else if (problem !== undefined)
        yield { problem: { uri: page.url, reason: problem }, cursor: state.cursor };
    }
    state.end();
    const reason = 'more pages than maximumPages: not all were looked at';
    if (state.isFull()) yield { problem: { uri: seeds[0].href, reason }, cursor: state.cursor };
  }

  return {
    name: spec.name,
    keepAfterSeconds: KEEP_AFTER_SECONDS,
    collect: (cursor, signal) => withClient(spec, (client) => crawl(cursor, { client, signal })),
  };
}
