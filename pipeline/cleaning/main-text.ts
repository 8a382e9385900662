// The main text of a page: what stands around it is cut off first, which is also what makes the rest quick; then Mozilla's
// Readability finds the article in what remains. Where that is under a quarter of it, blocks are told by their links.
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { looksLikeHtml } from './html-to-text.ts';
import { textByLinkDensity } from './main-text/link-density.ts';
import type { PageNode } from './main-text/page-tree.ts';
import { readPage } from './main-text/page-tree.ts';
import { isSurrounding } from './main-text/surroundings.ts';
import { textOf, writePage } from './main-text/write-page.ts';
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

const HTML = /^(?:text\/html|application\/xhtml\+xml)\b/i;
/** Of larger pages Readability would take seconds; they have lists or tables for text. */
const MOST_ELEMENTS = 8_000;
const SHARE = 1 / 4;
const SHORTEST_ARTICLE = 250; // characters; below, Readability looks again with less of its rules

function readArticle(html: string): string {
  const { document } = parseHTML(html) as unknown as { document: unknown }; // without a browser's types
  const article = new Readability(document, { charThreshold: SHORTEST_ARTICLE }).parse();
  return textOf(article?.content ?? '');
}

/** @returns characters of text that are not left out */
function lengthOf(node: PageNode, isLeftOut: (node: PageNode) => boolean): number {
  return node.children.reduce((sum, child) => {
    if (typeof child === 'string') return sum + child.length;
    return isLeftOut(child) ? sum : sum + lengthOf(child, isLeftOut);
  }, 0);
}

/**
 * Finds the main text of a page.
 * @returns all of its text where nothing tells main text from the rest
 */
export function mainText(html: string): string {
  const body = readPage(html);
  const whole = body.textLength;
  const inner = (node: PageNode): boolean => isSurrounding(node, whole);
  const cut = lengthOf(body, inner);
  const [isLeftOut, length] = cut >= whole * SHARE ? [inner, cut] : [() => false, whole];
  const page = writePage(body, isLeftOut);
  const article = page.elements <= MOST_ELEMENTS ? readArticle(page.html) : '';
  if (article.length >= length * SHARE) return article;
  const blocks = textByLinkDensity(body, isLeftOut);
  const found = blocks.length > article.length ? blocks : article;
  return found === '' ? textOf(page.html) : found;
}

/** Makes the step `main-text`. What is no HTML is left alone. */
export function createMainText(): CleaningStep {
  return (document) => {
    const isHtml = HTML.test(document.content.mediaType) || looksLikeHtml(document.text);
    return isHtml ? changeTo(document, mainText(document.text)) : { decision: 'keep' };
  };
}
