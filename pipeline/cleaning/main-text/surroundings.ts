// What stands around the text of a page by its element, its role, or the words of its class and id; and lists of links.
import type { PageNode } from './page-tree.ts';

const words = (names: string): ReadonlySet<string> => new Set(names.split(' '));

const ELEMENTS = words('nav footer aside');
const ROLES = words(
  'navigation complementary search contentinfo banner menu menubar dialog alert alertdialog tablist toolbar',
);
const NAMES = words(
  'nav navbar navigation navi menu submenu breadcrumb breadcrumbs sidebar sidebars footer masthead topbar share sharing ' +
    'sharedaddy social socials sociallinks comment comments commentlist respond disqus related recommended recommendation ' +
    'advert advertisement advertising adsense ads ad sponsor sponsored promo promotion banner cookie cookies consent gdpr ' +
    'newsletter subscribe subscription signup login popup modal overlay pager pagination paging pagenav tags tagcloud ' +
    'taglist widget widgets toolbar skip print outbrain taboola blogroll author authorbox bio rating ratings',
);
/** `has-sidebar` says of a page that it has one, not that it is one. */
const LAYOUT = words('has no with without is not');
/** Where the text itself stands, whatever a site calls it. */
const TEXT = words('a article main p h1');

/** A part of the page with more of its text is no surrounding, whatever it is called. */
const LARGEST = 0.2;
const LINKED = 0.7; // share of the text in links from which on a part is a list of them
const SHORTEST_LIST = 25; // characters
const CLASSES = 20; // of an element, that are looked at
const PARTS = 10; // of a class

function isNamedSo(label: string): boolean {
  return label
    .toLowerCase()
    .split(/\s+/, CLASSES)
    .map((name) => name.split(/[-_]+/, PARTS))
    .some((parts) => !LAYOUT.has(parts[0]) && parts.some((part) => NAMES.has(part)));
}

/**
 * Finds what stands around the text.
 * @param whole characters of text of the page
 */
export function isSurrounding(node: PageNode, whole: number): boolean {
  if (node.textLength >= whole * LARGEST || TEXT.has(node.tag)) return false;
  if (ELEMENTS.has(node.tag) || ROLES.has(node.role) || isNamedSo(node.label)) return true;
  return node.textLength >= SHORTEST_LIST && node.linkLength > node.textLength * LINKED;
}
