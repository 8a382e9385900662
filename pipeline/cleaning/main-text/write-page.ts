// A page as Readability gets it: what matters of its tree, and what its answer says.
import { htmlToText } from '../html-to-text.ts';
import type { PageNode } from './page-tree.ts';

/** Stands for a line break, since Readability's time is quadratic in those that are elements. */
const BREAK = '\u0001';
const MOST_GAPS = 1_000; // empty lines that are told to Readability, which makes paragraphs of what they part
const RUNNING_TEXT = 0.25; // share in links below which links are part of sentences

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

interface WrittenPage {
  readonly html: string;
  /** Elements in it. */
  readonly elements: number;
}

/**
 * Writes a page of the nodes that are not left out. Links within running text are not told, since they tell nothing, and
 * cost as much as other elements.
 */
export function writePage(body: PageNode, isLeftOut: (node: PageNode) => boolean): WrittenPage {
  const pieces: string[] = [];
  let [gaps, elements] = [0, 0];
  const writeText = (text: string): void => {
    for (const [at, line] of text
      .replaceAll(BREAK, '')
      .split(/(\n\s*)/)
      .entries()) {
      const isGap = line.indexOf('\n') !== line.lastIndexOf('\n') && (gaps += 1) <= MOST_GAPS;
      pieces.push(at % 2 === 0 ? escape(line) : isGap ? '<br><br>' : BREAK);
    }
  };
  const open = (tag: string): void => {
    pieces.push(`<${tag}>`);
    elements += 1;
  };
  const write = (node: PageNode): void => {
    const isPlain = node.tag === 'a';
    const showsLinks = node.linkLength >= node.textLength * RUNNING_TEXT;
    if (!isPlain) open(node.label === '' ? node.tag : `${node.tag} class="${escape(node.label)}"`);
    for (const child of node.children) {
      if (typeof child === 'string') writeText(child);
      else if (isLeftOut(child)) continue;
      else if (child.tag === 'a' && showsLinks) {
        open(child.isFragment ? 'a href="#"' : 'a');
        write(child);
        pieces.push('</a>');
      } else write(child);
    }
    if (!isPlain) pieces.push(`</${node.tag}>`);
  };
  write(body);
  return { html: `<html>${pieces.join('')}</html>`, elements };
}

/** @returns the text of such a page, or of a part of it */
export function textOf(html: string): string {
  return htmlToText(html)
    .split(BREAK)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
