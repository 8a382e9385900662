// The part of a page that holds the text: from the body down, as long as one child has nearly all of the running text; what is
// called an article, or its body, needs less of it.
import { readNames } from './names.ts';
import type { PageNode } from './page-tree.ts';

const SHORTEST = 40; // characters of running text
const MOST_LINKED = 0.5;

/** Share of the text of its parent from which on a part is taken for it. */
const SHARE = 0.9;
const SHARE_OF_ARTICLE = 0.5;
const SHARE_OF_BODY = 0.4;

/** Measures running text: characters outside links of what is longer than a label, without what is left out. */
function measureText(body: PageNode, isLeftOut: (node: PageNode) => boolean): Map<PageNode, number> {
  const measured = new Map<PageNode, number>();
  const measureNode = (node: PageNode): number => {
    let [own, linked, below] = [0, 0, 0];
    for (const child of node.children) {
      if (typeof child === 'string') own += child.length;
      else if (isLeftOut(child)) continue;
      else if (child.tag === 'a') linked += child.textLength;
      else below += measureNode(child);
    }
    const isText = own + linked >= SHORTEST && linked < (own + linked) * MOST_LINKED;
    const length = below + (isText ? own : 0);
    measured.set(node, length);
    return length;
  };
  measureNode(body);
  return measured;
}

function shareNeeded({ tag, role, itemprop, label }: PageNode): number {
  if (itemprop === 'articlebody' || readNames(label).isBody) return SHARE_OF_BODY;
  return tag === 'article' || tag === 'main' || role === 'main' ? SHARE_OF_ARTICLE : SHARE;
}

/** @returns the body where no part of it holds the text */
export function findContainer(body: PageNode, isLeftOut: (node: PageNode) => boolean): PageNode {
  const measured = measureText(body, isLeftOut);
  const lengthOf = (node: PageNode): number => measured.get(node) ?? 0;
  let container = body;
  for (;;) {
    let largest: PageNode | undefined;
    for (const child of container.children) {
      if (typeof child === 'string' || child.tag === 'p') continue;
      if (lengthOf(child) > (largest === undefined ? 0 : lengthOf(largest))) largest = child;
    }
    if (largest === undefined || lengthOf(largest) < shareNeeded(largest) * lengthOf(container))
      return container;
    container = largest;
  }
}
