// Which documents are held out: the last ones, the latest, some by hash, or whole groups, so that nothing alike is on both sides.
import { createHash } from 'node:crypto';
import type { SplitSpec } from '../../contracts/model-spec/split.ts';

/** What a split can go by. */
export interface SplitDocument {
  readonly id: string;
  readonly source: string;
  readonly uri: string;
  /** ISO 8601. */
  readonly collectedAt: string;
  readonly time?: string | undefined;
}

/**
 * By hash and by group nothing that was trained on is held out later, as long as documents are only added: whoever has the
 * smallest hashes is held out, and a growing collection only makes others smaller.
 * @param documents in collection order
 * @param holdout how many are held out; by group so many or more
 * @returns for each whether it is held out
 */
export function splitDocuments(
  documents: readonly SplitDocument[],
  { split, holdout }: { readonly split: SplitSpec; readonly holdout: number },
): boolean[] {
  const all = documents.map((_, index) => index);
  const firstBy = (rank: readonly number[]): number[] =>
    [...all].sort((a, b) => rank[a] - rank[b] || a - b).slice(0, holdout);
  const mark = (held: readonly number[]): boolean[] => {
    const chosen = new Set(held);
    return all.map((index) => chosen.has(index));
  };
  switch (split.by) {
    case 'last':
      return mark(all.slice(-holdout));
    case 'time':
      return mark(firstBy(documents.map(({ time, collectedAt }) => -Date.parse(time ?? collectedAt))));
    case 'hash':
      return mark(firstBy(documents.map(({ id }) => hashOf(id))));
    case 'group':
      return mark(wholeGroups(documents.map(groupOf(split)), holdout));
  }
}

/** Groups by rising hash until there are enough; one of more than half of the documents is for training. */
function wholeGroups(groups: readonly string[], holdout: number): number[] {
  const members = new Map<string, number[]>();
  groups.forEach((group, index) => {
    const together = members.get(group);
    if (together === undefined) members.set(group, [index]);
    else together.push(index);
  });
  const held: number[] = [];
  const order = [...members]
    .map(([group, indices]) => ({ hash: hashOf(group), indices }))
    .sort((a, b) => a.hash - b.hash);
  for (const { indices } of order) {
    if (held.length >= holdout) break;
    if (indices.length <= groups.length / 2) held.push(...indices);
  }
  return held;
}

const groupOf =
  ({ group = 'source', idUpTo = '/' }: SplitSpec) =>
  ({ id, source, uri }: SplitDocument): string => {
    switch (group) {
      case 'source':
        return source;
      case 'host':
        return URL.canParse(uri) ? new URL(uri).host || source : source;
      case 'id': {
        const end = id.lastIndexOf(idUpTo);
        return end < 0 ? id : id.slice(0, end);
      }
    }
  };

/** The first 48 bits of SHA-256; equal ones keep the order of collection. */
const hashOf = (text: string): number => createHash('sha256').update(text).digest().readUIntBE(0, 6);
