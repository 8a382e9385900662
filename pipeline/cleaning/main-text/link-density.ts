// The blocks of a page that are text: long ones with few links, and those beside them. The decision is that of
// Kohlschütter, Fankhauser and Nejdl 2010, Boilerplate detection using shallow text features, section 4.4 (number of words
// and link density of a block and its neighbours).
import type { Block } from './blocks.ts';

interface Features {
  readonly words: number;
  readonly density: number;
}

const none: Features = { words: 0, density: 0 };

function isText({ words, density }: Features, before: Features, after: Features): boolean {
  if (density > 1 / 3) return false;
  if (before.density > 5 / 9) return words > 40 || after.words > 17;
  return words > 16 || after.words > 15 || before.words > 4;
}

/** @param blocks in the order of reading */
export function chooseByLinkDensity(blocks: readonly Block[]): Block[] {
  const features = blocks.map(({ text, linked }) => ({ words: text.split(/\s+/).length, density: linked }));
  return blocks.filter((_, at) => isText(features[at], features[at - 1] ?? none, features[at + 1] ?? none));
}
