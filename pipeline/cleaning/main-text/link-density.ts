// The text of a page by the blocks in it: long ones with few links, and those beside them. The decision is that of
// Kohlschütter, Fankhauser and Nejdl 2010, Boilerplate detection using shallow text features, section 4.4 (number of words
// and link density of a block and its neighbours).
import type { PageNode } from './page-tree.ts';

interface Block {
  readonly text: string;
  readonly words: number;
  /** Share of its characters in links. */
  readonly density: number;
}

const none: Block = { text: '', words: 0, density: 0 };

function blocksOf(body: PageNode, isLeftOut: (node: PageNode) => boolean): Block[] {
  const blocks: Block[] = [];
  let [text, linked] = ['', 0];
  const end = (): void => {
    const trimmed = text.trim();
    if (trimmed !== '')
      blocks.push({ text: trimmed, words: trimmed.split(/\s+/).length, density: linked / text.length });
    [text, linked] = ['', 0];
  };
  const walk = (node: PageNode, inLink: boolean): void => {
    for (const child of node.children) {
      if (typeof child === 'string') {
        text += child;
        if (inLink) linked += child.length;
      } else if (child.tag === 'a') walk(child, true);
      else if (!isLeftOut(child)) {
        end();
        walk(child, inLink);
        end();
      }
    }
  };
  walk(body, false);
  end();
  return blocks;
}

function isText({ words, density }: Block, before: Block, after: Block): boolean {
  if (density > 1 / 3) return false;
  if (before.density > 5 / 9) return words > 40 || after.words > 17;
  return words > 16 || after.words > 15 || before.words > 4;
}

/** @returns the blocks that are text, a line each */
export function textByLinkDensity(body: PageNode, isLeftOut: (node: PageNode) => boolean): string {
  const blocks = blocksOf(body, isLeftOut);
  return blocks
    .filter((block, at) => isText(block, blocks[at - 1] ?? none, blocks[at + 1] ?? none))
    .map(({ text }) => text)
    .join('\n');
}
