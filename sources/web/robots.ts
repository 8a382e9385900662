// robots.txt by RFC 9309: at most 500 KiB of it, five redirects; none there (4xx) allows everything, one that cannot be
// had (5xx, no connection) forbids everything. Matching (groups, longest match) is robots-parser's.
import robotsParser from 'robots-parser';
import type { NoReply, Reply } from './http-get.ts';
import { resolveAddress } from './scope.ts';

/** Its types tell of a default export; what it exports is the function itself. */
const createRobots = robotsParser as unknown as typeof robotsParser.default;

const MAXIMUM_BYTES = 500 * 1_024; // section 2.5
const REDIRECTS = 5; // section 2.3.1.2
/** Longer rules are no paths of ours, and matching takes as long as they are. */
const LONGEST_LINE = 2_048;

export interface HostRules {
  readonly isAllowed: (url: URL) => boolean;
  /** Seconds between requests, where the host asks for some. */
  readonly crawlDelay: number;
  /** Addresses of sitemaps that the rules name. */
  readonly sitemaps: readonly string[];
}

export type RobotsGet = (
  url: URL,
  bounds: { readonly maximumBytes: number; readonly beyond: 'cut' },
) => Promise<Reply | NoReply>;

const allowAll: HostRules = { isAllowed: () => true, crawlDelay: 0, sitemaps: [] };

/** @returns the product token of a user agent: `Coppice` of `Coppice/1.0 (+mailto:…)` */
export function productToken(userAgent: string): string {
  return /^[A-Za-z_-]+/.exec(userAgent)?.[0] ?? '*';
}

/** @param origin of the pages, such as `https://example.org` */
export function parseRobots(text: string, origin: string, userAgent: string): HostRules {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.length <= LONGEST_LINE);
  const robots = createRobots(`${origin}/robots.txt`, lines.join('\n'));
  const token = productToken(userAgent);
  const delay = robots.getCrawlDelay(token) ?? 0;
  return {
    // robots.txt itself is always allowed (section 2.2.2), and another origin has rules of its own.
    isAllowed: ({ href }) => robots.isAllowed(href, token) !== false,
    crawlDelay: Number.isFinite(delay) && delay > 0 ? delay : 0,
    sitemaps: robots.getSitemaps(),
  };
}

/**
 * Asks a host for its rules.
 * @returns a problem where they cannot be had, and no page may be asked for therefore
 */
export async function readRobots(
  get: RobotsGet,
  origin: string,
  userAgent: string,
): Promise<HostRules | { readonly problem: string }> {
  let url: URL | undefined = new URL('/robots.txt', origin);
  for (let hop = 0; hop <= REDIRECTS && url !== undefined; hop += 1) {
    const reply = await get(url, { maximumBytes: MAXIMUM_BYTES, beyond: 'cut' });
    if ('problem' in reply) return { problem: `robots.txt cannot be had: ${reply.problem}` };
    if (reply.status >= 500 || reply.status === 429)
      return { problem: `robots.txt cannot be had: refused (${reply.status})` };
    if (reply.status === 200) return parseRobots(new TextDecoder().decode(reply.bytes), origin, userAgent);
    if (reply.status < 300 || reply.status >= 400) return allowAll;
    url = resolveAddress(reply.header('location') ?? '', url.href);
  }
  return allowAll; // more redirects, or one to nowhere: as if there were none
}
