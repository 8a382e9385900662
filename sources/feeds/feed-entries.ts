// What a feed lists, whether it is RSS, RDF, Atom (RFC 4287) or JSON Feed 1.1; feedsmith reads them. Licences as RFC 4946, the
// modules of Creative Commons, or nobody says them.
import { parseFeed } from 'feedsmith';
import { decodeXml } from '../web/page-text.ts';
import { resolveAddress } from '../web/scope.ts';

export interface FeedEntry {
  /** The same in all versions of the feed. */
  readonly id: string;
  /** When it was written last, as the feed says it. */
  readonly version: string;
  /** Of the article. */
  readonly url?: URL | undefined;
  readonly title?: string | undefined;
  readonly text?: string | undefined;
  readonly mediaType: 'text/html' | 'text/plain';
  readonly time?: string | undefined;
  readonly licence?: string | undefined;
}

const MOST_ENTRIES = 10_000; // of one feed

interface Link {
  readonly href?: string | undefined;
  readonly rel?: string | undefined;
}

const ofRelation = (links: readonly Link[] | undefined, ...relations: (string | undefined)[]) =>
  links?.find(({ rel }) => relations.includes(rel))?.href;

interface Licensed {
  readonly cc?: { readonly license?: string | undefined } | undefined;
  readonly creativeCommons?: { readonly licenses?: readonly string[] | undefined } | undefined;
  readonly links?: readonly Link[] | undefined;
}

function licenceIn({ cc, creativeCommons, links }: Licensed): string | undefined {
  return ofRelation(links, 'license') ?? cc?.license ?? creativeCommons?.licenses?.[0];
}

/** What the kinds of feeds call by different names. */
type Raw = Omit<FeedEntry, 'id' | 'version' | 'url' | 'mediaType'> & {
  readonly id?: string | undefined;
  readonly version?: string | undefined;
  readonly link?: string | undefined;
  readonly isPlain?: boolean;
};

function rawEntries(text: string): Raw[] {
  const parsed = parseFeed(text, { maxItems: MOST_ENTRIES });
  switch (parsed.format) {
    case 'atom':
      return (parsed.feed.entries ?? []).map((entry) => ({
        ...{ id: entry.id, version: entry.updated, time: entry.published ?? entry.updated },
        ...{ link: ofRelation(entry.links, 'alternate', undefined), title: entry.title?.value },
        text: entry.content?.value ?? entry.summary?.value,
        isPlain: ((entry.content ?? entry.summary)?.type ?? 'text') === 'text',
        licence: licenceIn(entry) ?? licenceIn(parsed.feed),
      }));
    case 'json':
      return (parsed.feed.items ?? []).map((item) => ({
        ...{ id: item.id, version: item.date_modified, time: item.date_published, link: item.url },
        ...{ title: item.title, text: item.content_html ?? item.content_text },
        isPlain: item.content_html === undefined,
      }));
    case 'rdf':
      return (parsed.feed.items ?? []).map((item) => ({
        ...{ id: item.rdf?.about, time: item.dc?.dates?.[0], link: item.link, title: item.title },
        ...{
          text: item.content?.encoded ?? item.description,
          licence: licenceIn(item) ?? licenceIn(parsed.feed),
        },
      }));
    case 'rss':
      return (parsed.feed.items ?? []).map((item) => ({
        ...{ id: item.guid?.value, time: item.pubDate ?? item.dc?.dates?.[0], title: item.title },
        link: item.link ?? (item.guid?.isPermaLink === false ? undefined : item.guid?.value),
        text: item.content?.encoded ?? item.description,
        licence: licenceIn(item) ?? licenceIn(parsed.feed),
      }));
  }
}

function entryOf({ link, isPlain = false, ...raw }: Raw, base: string): FeedEntry {
  const url = link === undefined ? undefined : resolveAddress(link.trim(), base);
  return {
    ...raw,
    id: raw.id ?? url?.href ?? `${raw.title ?? ''}\n${raw.text ?? ''}`,
    version: raw.version ?? '',
    ...(url && { url }),
    mediaType: isPlain ? 'text/plain' : 'text/html',
  };
}

/**
 * Reads a feed.
 * @param contentType of the reply that it came with
 * @param base that its addresses are relative to
 * @returns its entries in their order, or nothing where it is no feed
 */
export function readFeed(bytes: Buffer, contentType: string, base: string): FeedEntry[] | undefined {
  try {
    return rawEntries(decodeXml(bytes, contentType)).map((raw) => entryOf(raw, base));
  } catch {
    return undefined; // feedsmith throws for whatever is none
  }
}
