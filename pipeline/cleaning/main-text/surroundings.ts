// What stands around the text of a page: by its element, its role, the words of its class and id, or since it is a list of links.
import { readNames } from './names.ts';
import type { PageNode } from './page-tree.ts';

const words = (names: string): ReadonlySet<string> => new Set(names.split(' '));

const ELEMENTS = words('nav footer aside figcaption caption');
const ROLES = words(
  'navigation complementary search contentinfo banner menu menubar dialog alert alertdialog tablist toolbar',
);
/** Where the text itself stands, whatever a site calls it. */
const TEXT = words('a article main h1');

/** A part of the page with more of its text is no surrounding, whatever it is called; but for two kinds that can be long. */
const LARGEST = 0.2;
const LARGEST_RELATED = 0.5;
const LARGEST_COMMENTS = 0.8;

const LINKED = 0.7; // share of the text in links from which on a part is a list of them
const SHORTEST_LIST = 10; // characters
/** What is called a place for links and is long, with few of them, is a box of text. */
const SHORTEST_BOX = 200; // characters
const LINKED_BOX = 0.08;

function isBoxOfText({ textLength, linkLength }: PageNode): boolean {
  return textLength >= SHORTEST_BOX && linkLength < textLength * LINKED_BOX;
}

/**
 * Finds what stands around the text.
 * @param whole characters of text of the page
 */
export function isSurrounding(node: PageNode, whole: number): boolean {
  const { tag, textLength: length, linkLength } = node;
  if (TEXT.has(tag)) return false;
  const names = readNames(node.label);
  if (names.isComments && length < whole * LARGEST_COMMENTS) return true;
  if (names.isRelated && length < whole * LARGEST_RELATED) return true;
  if (length >= whole * LARGEST) return false;
  if (ELEMENTS.has(tag) || ROLES.has(node.role) || names.isNotice || names.isCaption) return true;
  // One with a link leads to another text; without, it is the lead of this one.
  if (names.isTeaser && linkLength > 0) return true;
  if (names.isLinks && !isBoxOfText(node)) return true;
  return tag !== 'p' && length >= SHORTEST_LIST && linkLength > length * LINKED;
}
