// A crawler: pages of the seeds' hosts along their links, breadth first, politely, and on later runs only what has changed.
import { setTimeout } from 'node:timers/promises';
import type { CollectedItem, Source } from './source.ts';
import { openCrawlState } from './web/crawl-state.ts';
import { createHttpClient, type GetOptions, type HttpClient } from './web/http-get.ts';
import { type Clock, createPatientClient, HostBusyError } from './web/patient-client.ts';
import { type HostRules, readRobots } from './web/robots.ts';
import { createScope, resolveAddress } from './web/scope.ts';
import { conditionsOf, mediaTypeOf, takeIn, type Visited, type WebSpec } from './web/visit.ts';

export interface WebContext {
  readonly now: () => Date;
  /** The machine's where absent. */
  readonly clock?: Clock;
}

/** What a kill may cost: pages that were asked for in so long. */
const KEEP_AFTER_SECONDS = 30;

const machineClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
};

/** A host that cannot be asked now; its other pages are not tried either. */
class HostLeft extends Error {}

/** Asks for pages as their hosts want to be asked. */
function createPageGetter(
  spec: WebSpec,
  client: HttpClient,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
) {
  const { userAgent, maximumPageBytes, mediaTypes } = spec;
  const patient = createPatientClient(client, { clock, maximumWaitMs: spec.maximumWaitSeconds * 1_000 });
  const rules = new Map<string, Awaited<ReturnType<typeof readRobots>>>();
  const get = (url: URL, crawlDelay: number, options: Omit<GetOptions, 'signal'>) =>
    patient.get(url, {
      ...options,
      headers: { ...options.headers, 'user-agent': userAgent },
      delayMs: Math.max(spec.delaySeconds, crawlDelay) * 1_000,
      signal,
    });

  const rulesOf = async ({ origin }: URL): Promise<HostRules> => {
    const ask: Parameters<typeof readRobots>[0] = (url, bounds) => get(url, 0, { ...bounds, headers: {} });
    const found = rules.get(origin) ?? (await readRobots(ask, origin, userAgent));
    rules.set(origin, found);
    if ('problem' in found) throw new HostLeft(found.problem);
    return found;
  };

  /** @returns the reply, or why there is none */
  return async (url: URL, conditions: Readonly<Record<string, string>>) => {
    const { isAllowed, crawlDelay } = await rulesOf(url);
    if (!isAllowed(url)) return { problem: 'disallowed by robots.txt' };
    return get(url, crawlDelay, {
      headers: { ...conditions, accept: mediaTypes.join(', ') },
      maximumBytes: maximumPageBytes,
      beyond: 'refuse',
      refuses: (reply) =>
        reply.status === 200 && !mediaTypes.includes(mediaTypeOf(reply))
          ? 'of another media type'
          : undefined,
    });
  };
}

/** Makes the source of kind `web`. */
export function createWebSource(spec: WebSpec, { now, clock = machineClock }: WebContext): Source {
  const seeds = spec.seeds.flatMap((seed) => resolveAddress(seed) ?? []);
  const scope = createScope(seeds, spec);

  async function* crawl(
    cursor: Parameters<Source['collect']>[0],
    { client, signal }: { client: HttpClient; signal: AbortSignal },
  ): AsyncGenerator<CollectedItem> {
    const state = openCrawlState(cursor, spec.maximumPages);
    const getPage = createPageGetter(spec, client, { clock, signal });
    const left = new Set<string>();
    for (const { href } of seeds) state.add({ url: href, depth: 0 });
    for (const page of state.waiting()) {
      signal.throwIfAborted();
      const url = new URL(page.url);
      if (left.has(url.host)) continue; // said already, and not counted as looked at
      let visited: Visited;
      try {
        const reply = await getPage(url, conditionsOf(page));
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
    collect: async function* (cursor, signal) {
      const allowed = new Set(spec.allowPrivateHosts);
      const client = createHttpClient({ allowed, timeoutMs: spec.timeoutSeconds * 1_000 });
      try {
        yield* crawl(cursor, { client, signal });
      } finally {
        await client.close();
      }
    },
  };
}
