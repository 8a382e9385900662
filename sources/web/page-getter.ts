// Asks for pages as their hosts want to be asked: by their rules, with their pauses, and for what may change only if it has.

import type { GetOptions, HttpClient, NoReply, Reply } from './http-get.ts';
import { type Clock, createPatientClient } from './patient-client.ts';
import { type HostRules, readRobots } from './robots.ts';
import { resolveAddress } from './scope.ts';
import type { WebSpec } from './visit.ts';
import { mediaTypeOf } from './visit.ts';

const REDIRECTS = 5;

type PolitenessSpec = Pick<WebSpec, 'userAgent' | 'delaySeconds' | 'maximumWaitSeconds'>;

interface PageOptions {
  readonly mediaTypes: readonly string[];
  readonly maximumBytes: number;
  /** Headers that ask for a page only if it has changed. */
  readonly conditions?: Readonly<Record<string, string>>;
}

/** A reply, and the address that it came from in the end. */
interface Followed {
  readonly reply: Reply;
  readonly url: URL;
}

export interface PageGetter {
  /**
   * @returns the reply, or why there is none
   * @throws HostLeft or HostBusyError where the host cannot be asked now
   */
  readonly get: (url: URL, options: PageOptions) => Promise<Reply | NoReply>;
  /** The same, and goes where it is redirected to. */
  readonly follow: (url: URL, options: PageOptions) => Promise<Followed | NoReply>;
  /** @throws HostLeft where robots.txt cannot be had */
  readonly rulesOf: (url: URL) => Promise<HostRules>;
}

/** A host that cannot be asked now; its other pages are not tried either. */
export class HostLeft extends Error {}

/** Asks for pages as their hosts want to be asked. */
export function createPageGetter(
  spec: PolitenessSpec,
  client: HttpClient,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): PageGetter {
  const { userAgent } = spec;
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

  const getPage: PageGetter['get'] = async (url, { mediaTypes, maximumBytes, conditions = {} }) => {
    const { isAllowed, crawlDelay } = await rulesOf(url);
    if (!isAllowed(url)) return { problem: 'disallowed by robots.txt', isPassing: false };
    return get(url, crawlDelay, {
      headers: { ...conditions, accept: mediaTypes.join(', ') },
      maximumBytes,
      beyond: 'refuse',
      refuses: (reply) =>
        reply.status === 200 && !mediaTypes.includes(mediaTypeOf(reply))
          ? 'of another media type'
          : undefined,
    });
  };

  const follow: PageGetter['follow'] = async (first, options) => {
    let url = first;
    for (let hop = 0; hop <= REDIRECTS; hop += 1) {
      const reply = await getPage(url, options);
      if ('problem' in reply) return reply;
      if (reply.status < 300 || reply.status >= 400 || reply.status === 304) return { reply, url };
      const target = resolveAddress(reply.header('location') ?? '', url.href);
      if (target === undefined) return { problem: 'redirects to no address', isPassing: false };
      url = target;
    }
    return { problem: `more than ${REDIRECTS} redirects`, isPassing: false };
  };
  return { get: getPage, follow, rulesOf };
}
