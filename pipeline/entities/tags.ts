// Entities as tags of words (IOB2: Ramshaw & Marcus 1995, arXiv:cmp-lg/9505040; Tjong Kim Sang & Veenstra 1999): B- begins
// an entity, I- goes on with it, O is none.

/** The tag of what is no entity. */
export const outside = 'O';

/** Words from `first` up to and without `end` that are one entity. */
export interface Entity {
  readonly first: number;
  readonly end: number;
  readonly label: string;
}

/** @returns the tags of labels, `O` before all others; those that training goes on from keep their place */
export function tagsOf(labels: Iterable<string>, known: readonly string[] = []): string[] {
  const all = [...new Set(labels)].sort().flatMap((label) => [`B-${label}`, `I-${label}`]);
  return [...new Set([...known, outside, ...all])];
}

/** @returns the label of a tag; undefined of `O` */
export function labelOf(tag: string): string | undefined {
  return tag === outside ? undefined : tag.slice(2);
}

/**
 * Reads tags as seqeval does where no scheme is asked for (conlleval's way): an I- that has nothing of its label before it
 * begins an entity.
 * @example entitiesOf(['B-person', 'I-person', 'O', 'I-place']) → words 0 to 2 a person, word 3 a place
 */
export function entitiesOf(tags: readonly string[]): Entity[] {
  const entities: Entity[] = [];
  for (const [word, tag] of tags.entries()) {
    const label = labelOf(tag);
    if (label === undefined) continue;
    const last = entities.at(-1);
    if (last?.end === word && last.label === label && tag.startsWith('I-'))
      entities[entities.length - 1] = { ...last, end: word + 1 };
    else entities.push({ first: word, end: word + 1, label });
  }
  return entities;
}
