// A page as its blocks in the order of reading: what stands on lines of its own.
import type { PageNode } from './page-tree.ts';

export interface Block {
  readonly text: string;
  /** Of the element that it stands in. */
  readonly tag: string;
  /** 1 to 6 of a heading, otherwise 0. */
  readonly level: number;
  /** Whether a list, a table or preformatted text holds it. */
  readonly isItem: boolean;
  /** Share of its characters in links. */
  readonly linked: number;
  /** Characters; those of Chinese, Japanese and Korean count twice, since they say as much. */
  readonly weight: number;
  /** Whether it stands in the container. */
  readonly isInside: boolean;
}

interface Place extends Pick<Block, 'isItem' | 'isInside'> {
  readonly isLink: boolean;
}

const ITEMS: ReadonlySet<string> = new Set('li td th dd dt pre'.split(' '));
const HEADING = /^h([1-6])$/;
const DENSE = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g;

/** @param container whose blocks are told from the others */
export function readBlocks(
  body: PageNode,
  container: PageNode,
  isLeftOut: (node: PageNode) => boolean,
): Block[] {
  const blocks: Block[] = [];
  let [text, linked] = ['', 0];
  const end = (tag: string, { isItem, isInside }: Place): void => {
    const trimmed = text.trim();
    const share = linked / text.length;
    [text, linked] = ['', 0];
    if (trimmed === '') return;
    const weight = trimmed.length + (trimmed.match(DENSE)?.length ?? 0);
    const level = Number(HEADING.exec(tag)?.[1] ?? 0);
    blocks.push({ text: trimmed, tag, level, linked: share, weight, isItem, isInside });
  };
  const walk = (node: PageNode, around: Place): void => {
    const place = {
      isItem: around.isItem || ITEMS.has(node.tag),
      isInside: around.isInside || node === container,
      isLink: around.isLink || node.tag === 'a',
    };
    for (const child of node.children) {
      if (typeof child === 'string') {
        text += child;
        if (place.isLink) linked += child.length;
      } else if (child.tag === 'a') walk(child, place);
      else if (!isLeftOut(child)) {
        end(node.tag, place);
        walk(child, place);
      }
    }
    if (node.tag !== 'a') end(node.tag, place);
  };
  walk(body, { isItem: false, isInside: false, isLink: false });
  return blocks;
}
