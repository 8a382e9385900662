// From a page of a wiki, as API and dumps give it, to a document.

import { digestOf } from '../content.ts';
import { licenceOf } from '../licences.ts';
import type { Found } from '../source.ts';
import { isRedirect, leftOutNamespaces, wikitextToText } from './wikitext.ts';

export interface WikiPage {
  readonly id: number;
  readonly title: string;
  readonly revision: number;
  /** As the wiki says it: ISO 8601. */
  readonly time: string;
  /** Such as `wikitext`, `json`, `css`. */
  readonly model: string;
  readonly wikitext: string;
}

/** What a wiki says of itself. */
export interface WikiSite {
  /** Address of a page, with `$1` for its title. */
  readonly pageAddress: string;
  readonly licence?: string | undefined;
  /** Names of the namespaces of files and categories. */
  readonly leftOut: readonly string[];
}

export interface WikiSpec {
  readonly name: string;
  readonly licence?: string | undefined;
  readonly maximumPageBytes: number;
}

/** @returns the address of a page */
export function pageAddress({ pageAddress: pattern }: WikiSite, title: string): string {
  const path = encodeURIComponent(title.replaceAll(' ', '_')).replaceAll('%2F', '/').replaceAll('%3A', ':');
  return pattern.replace('$1', () => path);
}

/** @returns the document of a page, a reason why there is none, or nothing where it only leads to another */
export async function takeInPage(
  page: WikiPage,
  site: WikiSite,
  { spec, now }: { readonly spec: WikiSpec; readonly now: () => Date },
): Promise<Found | undefined> {
  const { wikitext, model } = page;
  if (isRedirect(wikitext)) return undefined;
  const uri = pageAddress(site, page.title);
  const bytes = Buffer.from(wikitext);
  if (bytes.length > spec.maximumPageBytes)
    return { problem: { uri, reason: `larger than ${spec.maximumPageBytes} bytes` } };
  if (model !== 'wikitext') return { problem: { uri, reason: 'no wikitext' } };
  const namespaces = new Set([...leftOutNamespaces, ...site.leftOut.map((name) => name.toLowerCase())]);
  const text = await wikitextToText(wikitext, namespaces);
  if (text === '') return { problem: { uri, reason: 'no running text' } };
  const time = new Date(page.time);
  const licence = spec.licence ?? (site.licence && licenceOf(site.licence));
  return {
    document: {
      ...{ id: `${spec.name}/${page.id}`, source: spec.name, uri, digest: digestOf(bytes) },
      collectedAt: now().toISOString(),
      ...(!Number.isNaN(time.getTime()) && { time: time.toISOString() }),
      ...(licence && { licence }),
      content: { mediaType: 'text/plain', encoding: 'utf8', data: `${page.title}\n\n${text}\n` },
    },
  };
}
