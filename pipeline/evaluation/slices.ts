// The held-out documents cut into slices by language, length, source and label: a mean can hide that one of them fares badly.
import type { SliceDimension } from '../../contracts/model-spec/judgement.ts';
import { sliceDimensions } from '../../contracts/model-spec/judgement.ts';
import { quantile } from './bootstrap.ts';
import { formatCount } from './format.ts';

/** Documents that have something in common. */
export interface Slice {
  readonly by: SliceDimension;
  /** Such as `ko`, `121 to 300 characters`, `inbox` or `spam`. */
  readonly name: string;
  /** Indices of its examples, rising. */
  readonly members: Int32Array;
}

/** What documents are cut by, example by example. */
export interface SlicedDocuments {
  readonly texts: readonly string[];
  /** Names of their true labels; absent: they are not cut by it. */
  readonly labels?: readonly string[] | undefined;
  /** Names of the sources that they were collected from; absent: they are not cut by it. */
  readonly sources?: readonly string[] | undefined;
  /** ISO 639-1 codes, `und` where nothing can be told; absent: they are not cut by it. */
  readonly languages?: readonly string[] | undefined;
}

/** A dimension has no more slices than that: its largest. The documents of the others stand in the whole only. */
export const MOST_SLICES = 30;

/**
 * Cuts documents in every way that there is.
 * @returns dimension by dimension, of each the largest slices first; those by length are quartiles, the shortest first
 */
export function cutSlices({ texts, labels, sources, languages }: SlicedDocuments): Slice[] {
  const named: Readonly<Record<SliceDimension, readonly string[] | undefined>> = {
    language: languages,
    length: undefined,
    source: sources,
    label: labels,
  };
  return sliceDimensions.flatMap((by) => {
    if (by === 'length') return cutByLength(texts);
    return groupNames(named[by] ?? [])
      .sort((a, b) => b.members.length - a.members.length || (a.name < b.name ? -1 : 1))
      .slice(0, MOST_SLICES)
      .map((slice) => ({ by, ...slice }));
  });
}

/** In characters as people count them, more or less: code points. Equal lengths stay together. */
function cutByLength(texts: readonly string[]): Slice[] {
  if (texts.length === 0) return [];
  const lengths = texts.map(countCharacters);
  const sorted = Float64Array.from(lengths).sort();
  const ends = [...new Set([0.25, 0.5, 0.75, 1].map((share) => Math.floor(quantile(sorted, share))))];
  return ends.flatMap((end, at) => {
    const start = at === 0 ? 0 : ends[at - 1] + 1;
    const members = Int32Array.from(
      lengths.flatMap((length, example) => (length >= start && length <= end ? [example] : [])),
    );
    if (members.length === 0) return [];
    const name = `${formatCount(start)} to ${formatCount(end)} characters`;
    return [{ by: 'length' as const, name, members }];
  });
}

function countCharacters(text: string): number {
  let count = 0;
  for (let unit = 0; unit < text.length; unit += 1) {
    const code = text.charCodeAt(unit);
    if (code < 0xdc00 || code > 0xdfff) count += 1;
  }
  return count;
}

function groupNames(names: readonly string[]): Omit<Slice, 'by'>[] {
  const groups = new Map<string, number[]>();
  names.forEach((name, example) => {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [example]);
    else group.push(example);
  });
  return [...groups].map(([name, members]) => ({ name, members: Int32Array.from(members) }));
}
