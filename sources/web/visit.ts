// One look at one page: may it be asked for, has it changed, what does it hold and where does it lead.
import type { CollectedDocument } from '../../contracts/document.ts';
import type { SourceSpec } from '../../contracts/model-spec/collection.ts';
import { digestOf } from '../content.ts';
import type { CrawlState, KnownPage } from './crawl-state.ts';
import type { Reply } from './http-get.ts';
import { canonicalOf, headerRules, readMarkup } from './page-markup.ts';
import { charsetOf, decodePage } from './page-text.ts';
import { productToken } from './robots.ts';
import type { Scope } from './scope.ts';
import { resolveAddress } from './scope.ts';

export type WebSpec = Extract<SourceSpec, { kind: 'web' }>;

export interface VisitContext {
  readonly spec: WebSpec;
  readonly state: CrawlState;
  readonly scope: Scope;
  readonly now: () => Date;
}

/** What became of a page; neither where it has not changed, or holds links alone. */
export interface Visited {
  readonly document?: CollectedDocument;
  readonly problem?: string;
}

const REDIRECTS = 5;
const HTML = /^(?:text\/html|application\/xhtml\+xml)$/;

/** @returns the media type of a reply in lower case, without parameters */
export function mediaTypeOf({ header }: Pick<Reply, 'header'>): string {
  return (header('content-type') ?? '').split(';', 1)[0].trim().toLowerCase();
}

/** @returns the headers that ask for a page only if it has changed (RFC 9110, 13.1) */
export function conditionsOf({ etag, lastModified }: KnownPage): Record<string, string> {
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
}

/** Takes in the reply of a page, and notes in the state what follows from it. */
export function takeIn(page: KnownPage, reply: Reply, context: VisitContext): Visited {
  const { state } = context;
  const { status } = reply;
  if (status === 200) return takeInPage(page, reply, context);
  if (status >= 300 && status < 400 && status !== 304) return takeInRedirect(page, reply, context);
  state.looked(status === 304 ? { ...page, ...hadOf(page, context.now()) } : page);
  if (status === 304) return {};
  if (status === 404 || status === 410) {
    if (page.depth > 0) state.forget(page.url);
    return { problem: `gone (${status})` };
  }
  return { problem: `refused (${status})` };
}

/** A sitemap that counts days may not tell of a change later on the same day: it counts from two days on. */
const UNSETTLED_MS = 2 * 86_400_000;

/** @returns what a sitemap says of the page that is had now, where that can be relied on later */
function hadOf({ changed }: KnownPage, now: Date): Pick<KnownPage, 'changed' | 'had'> {
  if (changed === undefined) return {};
  const settled = Date.parse(changed) + (changed.includes('T') ? 0 : UNSETTLED_MS);
  return settled < now.getTime() ? { changed, had: changed } : { changed };
}

/** A page of its own: it is asked for in its turn, with the pause that its host wants, if it lies within the crawl. */
function takeInRedirect(page: KnownPage, { header }: Reply, { state, scope }: VisitContext): Visited {
  const target = resolveAddress(header('location') ?? '', page.url);
  const { url, depth, isCanonical } = page;
  const hops = (page.hops ?? 0) + 1;
  state.looked({ url, depth, hops: hops - 1, to: target?.href, ...(isCanonical && { isCanonical }) });
  if (target === undefined || !scope.isWithin(target)) return { problem: 'redirects out of the crawl' };
  if (hops > REDIRECTS) return { problem: `more than ${REDIRECTS} redirects` };
  let on: string | undefined = target.href;
  for (let hop = 0; hop <= REDIRECTS && on !== undefined; hop += 1) {
    if (on === url) return { problem: 'redirects in a circle' };
    on = state.find(on)?.to;
  }
  state.add({ url: target.href, depth, hops });
  return {};
}

function takeInPage(page: KnownPage, reply: Reply, context: VisitContext): Visited {
  const { spec, state, scope, now } = context;
  const { header, bytes } = reply;
  const { url, depth, hops, isCanonical } = page;
  const digest = digestOf(bytes);
  const [etag, lastModified] = [header('etag'), header('last-modified')];
  const learnt = {
    ...{ url, depth, digest },
    ...(hops !== undefined && { hops }),
    ...(isCanonical && { isCanonical }),
    ...hadOf(page, now()),
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
  };
  state.looked(learnt);
  if (digest === page.digest) return {};

  const mediaType = mediaTypeOf(reply);
  const text = decodePage(bytes, charsetOf(header('content-type') ?? ''));
  const rules = headerRules(header('x-robots-tag'), productToken(spec.userAgent));
  const markup = HTML.test(mediaType) ? readMarkup(text, url) : undefined;
  if (markup?.mayBeFollowed === true && !rules.includes('nofollow') && !rules.includes('none'))
    addLinks(markup.links, depth + 1, context);
  if (markup?.mayBeKept === false || rules.includes('noindex') || rules.includes('none'))
    return { problem: 'asks not to be kept (noindex)' };
  if (isElsewhere(canonicalOf(header('link'), url) ?? markup?.canonical, page, context)) return {};
  const address = new URL(url);
  if (!scope.isWanted(address)) return {};
  const time = new Date(lastModified ?? Number.NaN);
  return {
    document: {
      ...{ id: `${spec.name}/${address.host}${address.pathname}${address.search}`, source: spec.name },
      ...{ uri: url, digest, collectedAt: now().toISOString() },
      ...(!Number.isNaN(time.getTime()) && { time: time.toISOString() }),
      ...(spec.licence !== undefined && { licence: spec.licence }),
      content: { mediaType, encoding: 'utf8', data: text },
    },
  };
}

/**
 * A page that names another as its own address stands there, and is brought from there. That one is brought whatever
 * it names in turn, so that two pages which name each other are not both left out.
 */
function isElsewhere(
  canonical: string | undefined,
  { url, depth, isCanonical }: KnownPage,
  { state, scope }: VisitContext,
): boolean {
  if (canonical === undefined || canonical === url || isCanonical === true) return false;
  return scope.isWanted(new URL(canonical)) && state.add({ url: canonical, depth, isCanonical: true });
}

function addLinks(links: readonly string[], depth: number, { spec, state, scope }: VisitContext): void {
  if (depth > spec.maximumDepth) return;
  for (const url of links) if (scope.isWithin(new URL(url))) state.add({ url, depth });
}
