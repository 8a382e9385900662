// The main text of a page. What stands around it is cut off; the part that holds nearly all of the running text that is left is
// its text, with the title and the lead above it. Where that is little of the page, blocks are told by their links.
import { looksLikeHtml } from './html-to-text.ts';
import { type Block, readBlocks } from './main-text/blocks.ts';
import { chooseBlocks } from './main-text/choose-blocks.ts';
import { findContainer } from './main-text/container.ts';
import { chooseByLinkDensity } from './main-text/link-density.ts';
import type { PageNode } from './main-text/page-tree.ts';
import { readPage } from './main-text/page-tree.ts';
import { isSurrounding } from './main-text/surroundings.ts';
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

const HTML = /^(?:text\/html|application\/xhtml\+xml)\b/i;
const LEAST_LEFT = 0.05; // share of a page's text; where less is left, its names mislead
const SHARE = 1 / 4;

/** @returns the parts that are left out, of each the outermost */
function findSurroundings(body: PageNode): Set<PageNode> {
  const found = new Set<PageNode>();
  const walk = (node: PageNode): void => {
    for (const child of node.children) {
      if (typeof child === 'string') continue;
      if (isSurrounding(child, body.textLength)) found.add(child);
      else walk(child);
    }
  };
  walk(body);
  return found;
}

const lengthOf = (blocks: readonly Block[]): number => blocks.reduce((sum, { text }) => sum + text.length, 0);

const textOf = (blocks: readonly Block[]): string =>
  blocks
    .flatMap(({ text }) => text.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');

/**
 * Finds the main text of a page.
 * @returns all of its text where nothing tells main text from the rest
 */
export function mainText(html: string): string {
  const body = readPage(html);
  const surroundings = findSurroundings(body);
  const left = [...surroundings].reduce((sum, { textLength }) => sum - textLength, body.textLength);
  // A page that is called surroundings all over is taken as a whole.
  const isLeftOut = (node: PageNode): boolean =>
    left >= body.textLength * LEAST_LEFT && surroundings.has(node);
  const blocks = readBlocks(body, findContainer(body, isLeftOut), isLeftOut);
  const chosen = chooseBlocks(blocks);
  if (lengthOf(chosen) >= lengthOf(blocks) * SHARE) return textOf(chosen);
  const byLinks = chooseByLinkDensity(blocks);
  const found = lengthOf(byLinks) > lengthOf(chosen) ? byLinks : chosen;
  return textOf(found.length === 0 ? blocks : found);
}

/** Makes the step `main-text`. What is no HTML is left alone. */
export function createMainText(): CleaningStep {
  return (document) => {
    const isHtml = HTML.test(document.content.mediaType) || looksLikeHtml(document.text);
    return isHtml ? changeTo(document, mainText(document.text)) : { decision: 'keep' };
  };
}
