// Pages that a host lists itself (sitemaps.org, protocol 0.9): sitemaps that robots.txt names, or the one at the usual place;
// indexes of further ones, packed ones, and plain lists. Only `<loc>` and `<lastmod>` are looked for, in one pass, so that entities
// of the file's own are never expanded.
import { gunzipSync } from 'node:zlib';
import type { CollectionProblem } from '../source.ts';
import type { PageGetter } from './page-getter.ts';
import { HostLeft } from './page-getter.ts';
import { HostBusyError } from './patient-client.ts';
import { resolveAddress } from './scope.ts';

/** As much as the protocol allows, packed or unpacked. */
const MAXIMUM_BYTES = 50 * 1_024 * 1_024;
const MOST_SITEMAPS = 500; // of all hosts, indexes included
const MOST_PAGES = 500_000; // as many as a crawl may know

const MEDIA_TYPES = [
  ...['application/xml', 'text/xml', 'text/plain', 'application/gzip', 'application/x-gzip'],
  ...['application/octet-stream', 'binary/octet-stream'],
];
/** The address of a page, when it was changed (W3C Datetime), or the end of what is told of it. */
const PART =
  /<(?:\w{1,20}:)?loc>\s{0,100}(?:<!\[CDATA\[)?\s{0,100}([^<>\s\]]{1,2000})|<(?:\w{1,20}:)?lastmod>\s{0,100}(\d{4}[-\d:T.+Z]{0,31})\s{0,100}<|<\/(?:\w{1,20}:)?(?:url|sitemap)>/g;
const ENTITIES: Readonly<Partial<Record<string, string>>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

interface Listed {
  readonly address: string;
  /** When it was changed, as the sitemap says. */
  readonly changed?: string;
}

interface Sitemap {
  readonly isIndex: boolean;
  readonly listed: Iterable<Listed>;
}

function* listedIn(text: string): Generator<Listed> {
  let [address, changed]: (string | undefined)[] = [];
  for (const part of text.matchAll(PART)) {
    const [location, time] = [part.at(1), part.at(2)];
    if (time !== undefined) changed = time;
    else {
      if (address !== undefined) yield { address, ...(changed !== undefined && { changed }) };
      address = location?.replace(/&(?:amp|lt|gt|quot|apos);/g, (entity) => ENTITIES[entity] ?? entity);
      changed = undefined;
    }
  }
  if (address !== undefined) yield { address, ...(changed !== undefined && { changed }) };
}

function* linesOf(text: string): Generator<Listed> {
  for (const [line] of text.matchAll(/\S+/g)) if (/^https?:/.test(line)) yield { address: line };
}

/** @returns what a sitemap lists, or why it cannot be read */
export function parseSitemap(bytes: Buffer): Sitemap | { readonly problem: string } {
  let plain = bytes;
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) plain = gunzipSync(bytes, { maxOutputLength: MAXIMUM_BYTES });
  } catch (error) {
    const isLarge = error instanceof RangeError;
    return { problem: isLarge ? `larger than ${MAXIMUM_BYTES} bytes` : 'packed text that is damaged' };
  }
  const text = new TextDecoder().decode(plain);
  const isMarkup = /^\s{0,100}</.test(text);
  return {
    isIndex: isMarkup && /<(?:\w{1,20}:)?sitemapindex[\s>]/.test(text.slice(0, 65_536)),
    listed: isMarkup ? listedIn(text) : linesOf(text),
  };
}

type FoundPage = { readonly url: URL; readonly changed?: string } | { readonly problem: CollectionProblem };

async function addressesOf(origin: string, pages: PageGetter): Promise<{ named: string[]; usual: string[] }> {
  const { sitemaps } = await pages.rulesOf(new URL(origin));
  return sitemaps.length > 0
    ? { named: [...sitemaps], usual: [] }
    : { named: [], usual: [`${origin}/sitemap.xml`] };
}

/** Reads the sitemaps of hosts, each once. A host that cannot be asked says so when its pages are asked for. */
export async function* readSitemaps(origins: Iterable<string>, pages: PageGetter): AsyncGenerator<FoundPage> {
  const seen = new Set<string>();
  let count = 0;
  for (const origin of origins) {
    try {
      const { named, usual } = await addressesOf(origin, pages);
      const waiting = [...named, ...usual];
      for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
        const url = resolveAddress(address, origin);
        if (url === undefined || seen.has(url.href) || seen.size >= MOST_SITEMAPS) continue;
        seen.add(url.href);
        const found = await readSitemap(url, pages);
        if ('problem' in found) {
          if (!usual.includes(address))
            yield { problem: { uri: url.href, reason: `sitemap: ${found.problem}` } };
          continue;
        }
        for (const { address: listed, ...told } of found.listed) {
          if ((count += 1) > MOST_PAGES) return;
          const page = resolveAddress(listed, url.href);
          if (found.isIndex) waiting.push(listed);
          else if (page !== undefined) yield { url: page, ...told };
        }
      }
    } catch (error) {
      if (!(error instanceof HostLeft || error instanceof HostBusyError)) throw error;
    }
  }
}

async function readSitemap(url: URL, pages: PageGetter): Promise<Sitemap | { readonly problem: string }> {
  const found = await pages.follow(url, { mediaTypes: MEDIA_TYPES, maximumBytes: MAXIMUM_BYTES });
  if ('problem' in found) return found;
  const { status, bytes } = found.reply;
  return status === 200 ? parseSitemap(bytes) : { problem: `refused (${status})` };
}
