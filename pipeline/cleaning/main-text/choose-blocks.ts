// Which blocks of a page are its text: those of the container up to the last sentence, and before them the title and the lead,
// which many sites set above it.
import type { Block } from './blocks.ts';

const LINKED = 0.7; // share in links from which a block only leads elsewhere
const SENTENCE = 30; // weight
const LONG = 150; // weight of a sentence whatever it ends in
const ENDS = '.!?…。！？:;"”»)';
const SECTION_TITLE = 3; // the deepest heading that may be a page's title
const LEAD_LINKED = 0.3;
const LEAD = 50; // weight of a lead under a title
const LEAD_ALONE = 100; // and of one without
/** Blocks between the container and what belongs to it: a first heading, and another title. */
const FAR = 25;
const NEAR = 6;

function isSentence({ text, level, linked, weight }: Block): boolean {
  if (level > 0 || linked >= 0.5 || weight < SENTENCE) return false;
  return weight > LONG || ENDS.includes(text.slice(-1));
}

/** Cuts off what follows the last sentence, or the last item of a list that is not one of links. */
function cutTail(blocks: readonly Block[]): readonly Block[] {
  const last = blocks.findLastIndex((block) => isSentence(block) || (block.isItem && block.linked < 0.5));
  return last < 0 ? blocks : blocks.slice(0, last + 1);
}

/** @returns the title and the lead that stand before the container */
function findLead(blocks: readonly Block[], first: number, hasTitle: boolean): Block[] {
  const isLead = (least: number) => (block: Block) => block.weight >= least && block.linked < LEAD_LINKED;
  const isTitle = ({ tag, level }: Block, at: number): boolean => {
    if (at >= first) return false;
    return tag === 'h1'
      ? at >= first - FAR
      : !hasTitle && level > 0 && level <= SECTION_TITLE && at >= first - NEAR;
  };
  const title = blocks.findLastIndex(isTitle);
  if (title >= 0) return [blocks[title], ...blocks.slice(title + 1, first).filter(isLead(LEAD))];
  return hasTitle ? [] : blocks.slice(Math.max(0, first - NEAR), first).filter(isLead(LEAD_ALONE));
}

/** A heading says nothing where another one of its rank or above follows, or nothing at all. */
function isHeadingOfNothing(block: Block, next: Block | undefined): boolean {
  if (block.level === 0) return false;
  return next === undefined || (next.level > 0 && next.level <= block.level);
}

/** @param blocks of the page, in the order of reading */
export function chooseBlocks(blocks: readonly Block[]): Block[] {
  const first = blocks.findIndex(({ isInside }) => isInside);
  if (first < 0) return [];
  const inside = cutTail(blocks.filter(({ isInside }) => isInside));
  const hasTitle = inside.some(({ tag }) => tag === 'h1');
  return [...findLead(blocks, first, hasTitle), ...inside]
    .filter(({ level, linked }) => level > 0 || linked < LINKED)
    .filter((block, at, all) => at === 0 || !isHeadingOfNothing(block, all[at + 1]));
}
