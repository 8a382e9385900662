// Where a cleaned text came from: what offsets into the text as it was collected mean in the cleaned one, and back.
// All offsets are in UTF-16 code units, as JavaScript counts; a range has no unit at its `end`.
import type { Alignment, Stretch } from '../../contracts/document.ts';

/** A range of a text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** @returns the alignment of a text that nothing was done to */
export function identity(length: number): Alignment {
  return length === 0 ? [] : [[length, 0, length]];
}

/** @returns whether nothing was changed, or only cut off at the end */
export function isIdentity(alignment: Alignment): boolean {
  return alignment.length === 0 || (alignment.length === 1 && alignment[0][1] === 0 && isCopy(alignment[0]));
}

/**
 * @param before of a text with its original
 * @param after of the next text with that text
 * @returns that of the next text with the original
 */
export function compose(before: Alignment, after: Alignment): Alignment {
  const read = createReader(before);
  const stretches: Stretch[] = [];
  for (const [length, start, end] of after) {
    const parts = read({ start, end });
    if (length === end - start) for (const part of parts) append(stretches, part);
    else if (parts.length > 0) append(stretches, [length, parts[0][1], parts[parts.length - 1][2]]);
  }
  return stretches;
}

/** Adds a stretch; one that goes on where the last ended, both copied, makes that the longer. */
export function append(stretches: Stretch[], stretch: Stretch): void {
  const [length, start, end] = stretch;
  if (length === 0) return;
  const last = stretches.at(-1);
  if (last && last[2] === start && isCopy(last) && isCopy(stretch))
    stretches[stretches.length - 1] = [last[0] + length, last[1], end];
  else stretches.push(stretch);
}

/** @returns the range of the text that was made of a range of the original; undefined where nothing is left of it */
export function rangeInText(alignment: Alignment, { start, end }: Range): Range | undefined {
  let offset = 0;
  let found: Range | undefined;
  for (const stretch of alignment) {
    const [length, from, to] = stretch;
    if (to > start && from < end) {
      const copied = isCopy(stretch);
      const first = offset + (copied ? Math.max(start, from) - from : 0);
      const last = offset + (copied ? Math.min(end, to) - from : length);
      found = { start: found?.start ?? first, end: last };
    }
    offset += length;
  }
  return found;
}

/** @returns the range of the original that a range of the text, of one unit at least, was made of */
export function rangeInOriginal(alignment: Alignment, range: Range): Range | undefined {
  const parts = createReader(alignment)(range);
  return parts.length === 0 ? undefined : { start: parts[0][1], end: parts[parts.length - 1][2] };
}

// A piece of a stretch that was made anew may be as long as that was made of, and passes as a copy: its offsets are then
// within the same few units of the original.
const isCopy = ([length, start, end]: Stretch): boolean => length === end - start;

/** @returns what reads ranges of a text, each not before the last, as stretches of its original */
function createReader(alignment: Alignment): (range: Range) => Stretch[] {
  let [index, passed] = [0, 0];
  return ({ start, end }) => {
    while (index < alignment.length && passed + alignment[index][0] <= start) {
      passed += alignment[index][0];
      index += 1;
    }
    const parts: Stretch[] = [];
    for (let at = index, offset = passed; at < alignment.length && offset < end; at += 1) {
      const stretch = alignment[at];
      const [length, from, to] = stretch;
      const first = Math.max(start, offset) - offset;
      const last = Math.min(end, offset + length) - offset;
      parts.push(isCopy(stretch) ? [last - first, from + first, from + last] : [last - first, from, to]);
      offset += length;
    }
    return parts;
  };
}
