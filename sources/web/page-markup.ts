// What a page says to a crawler: where it leads, which address is its own, whether it wants to be kept. One pass over the
// tokens without a tree, so that time and memory grow with the length of the page alone.
import { Tokenizer } from 'htmlparser2';
import { resolveAddress } from './scope.ts';

export interface PageMarkup {
  /** Absolute, in their order, each once. */
  readonly links: readonly string[];
  /** The address that the page names as its own. */
  readonly canonical?: string;
  readonly mayBeKept: boolean;
  readonly mayBeFollowed: boolean;
}

/** The first values of the attributes of a tag; names in lower case. */
type Attributes = ReadonlyMap<string, string>;

const nothing = (): void => undefined;

/** Calls back for each opening tag. */
function readTags(html: string, onTag: (tag: string, attributes: Attributes) => void): void {
  let tag = '';
  let attribute = '';
  let value = '';
  let attributes = new Map<string, string>();
  const open = (): void => onTag(tag, attributes);
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ...{
        oncdata: nothing,
        onclosetag: nothing,
        oncomment: nothing,
        ondeclaration: nothing,
        onend: nothing,
      },
      ...{ onprocessinginstruction: nothing, ontext: nothing, ontextentity: nothing },
      onopentagname: (start, end) => {
        tag = html.slice(start, end).toLowerCase();
        attributes = new Map();
      },
      onattribname: (start, end) => {
        attribute = html.slice(start, end).toLowerCase();
        value = '';
      },
      onattribdata: (start, end) => {
        value += html.slice(start, end);
      },
      onattribentity: (codepoint) => {
        value += String.fromCodePoint(codepoint);
      },
      onattribend: () => {
        if (!attributes.has(attribute)) attributes.set(attribute, value);
      },
      onopentagend: open,
      onselfclosingtag: open,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
}

/** @returns the address that a `Link` header (RFC 8288) names as the page's own */
export function canonicalOf(link: string | undefined, url: string): string | undefined {
  for (const [, target, parameters] of (link ?? '')
    .slice(0, 4_000)
    .matchAll(/<([^<>]{1,2000})>([^<>]{0,500})/g))
    if (/;\s{0,5}rel\s{0,5}=\s{0,5}"?[^",;]{0,100}\bcanonical\b/i.test(parameters))
      return resolveAddress(target, url)?.href;
  return undefined;
}

/**
 * @param header `X-Robots-Tag`; one that is for another crawler says nothing
 * @param token what robots.txt calls this one by
 * @returns the rules in it, in lower case
 */
export function headerRules(header: string | undefined, token: string): string[] {
  const agent = /^\s{0,10}([\w-]{1,100})\s{0,10}:/.exec(header ?? '')?.[1].toLowerCase();
  if (agent !== undefined && agent !== 'unavailable_after' && agent !== token.toLowerCase()) return [];
  return words(header?.slice(0, 1_000).replace(/^[^,:]{0,100}:/, ''));
}

function words(text: string | undefined): string[] {
  return (text ?? '').toLowerCase().split(/[\s,]+/);
}

/**
 * Reads a page.
 * @param url that it was had from; a `<base>` in it counts for its links
 */
export function readMarkup(html: string, url: string): PageMarkup {
  const links = new Set<string>();
  const rules = new Set<string>();
  let base = url;
  let canonical: string | undefined;
  const seenBase = { yet: false };
  readTags(html, (tag, attributes) => {
    const href = attributes.get('href');
    if (tag === 'base' && href !== undefined && !seenBase.yet) {
      seenBase.yet = true;
      base = resolveAddress(href, url)?.href ?? url;
    } else if ((tag === 'a' || tag === 'area') && href !== undefined) {
      const target = resolveAddress(href.trim(), base);
      if (target !== undefined && !words(attributes.get('rel')).includes('nofollow')) links.add(target.href);
    } else if (tag === 'link' && href !== undefined && words(attributes.get('rel')).includes('canonical')) {
      canonical ??= resolveAddress(href.trim(), base)?.href;
    } else if (tag === 'meta' && attributes.get('name')?.toLowerCase() === 'robots') {
      for (const rule of words(attributes.get('content'))) rules.add(rule);
    }
  });
  return {
    links: [...links],
    ...(canonical !== undefined && { canonical }),
    mayBeKept: !rules.has('noindex') && !rules.has('none'),
    mayBeFollowed: !rules.has('nofollow') && !rules.has('none'),
  };
}
