// From the pages of a document to its text, a paragraph a line.
import { withoutFurniture } from './furniture.ts';
import { createLineEnds } from './line-ends.ts';
import { linesOf, type PageItem, type PageLine } from './page-lines.ts';

const USUAL_GAP = 1.3; // of lines, in sizes of their type, where a document has too few to tell
const WIDER = 1.25; // times the usual gap: another paragraph
const OTHER_SIZE = 0.1; // share by which type differs that is another kind of line
const SHORT = 0.12; // share of the column that the last line of a paragraph leaves free
const INDENT = 0.8; // of the type's size
const SENTENCE_END = /[.!?…。:][)"'”’»]?$/;

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b).at(Math.floor(values.length / 2));
}

const isSameSize = (a: PageLine, b: PageLine): boolean => Math.abs(a.size - b.size) <= OTHER_SIZE * a.size;

function usualGapOf(pages: readonly (readonly PageLine[])[]): number {
  const gaps = pages.flatMap((lines) =>
    lines.slice(1).flatMap((line, at) => {
      const gap = (lines[at].y - line.y) / line.size;
      return isSameSize(line, lines[at]) && gap > 0.5 && gap < 3 ? [gap] : [];
    }),
  );
  return median(gaps) ?? USUAL_GAP;
}

/** The edges of the column that a line stands in: those of lines that it overlaps. */
function columnOf(line: PageLine, lines: readonly PageLine[]): { left: number; right: number } {
  const beside = lines.filter(
    (other) => other.left < line.right && other.right > line.left && isSameSize(other, line),
  );
  return {
    left: Math.min(...beside.map(({ left }) => left)),
    right: Math.max(...beside.map(({ right }) => right)),
  };
}

/** Whether a line goes on with the paragraph of the one before it. */
function goesOn(
  { before, line, beforeLines }: { before: PageLine; line: PageLine; beforeLines: readonly PageLine[] },
  usualGap: number,
): boolean {
  if (!isSameSize(before, line)) return false;
  const { left, right } = columnOf(before, beforeLines);
  if (before.right < right - SHORT * (right - left)) return false;
  const gap = (before.y - line.y) / line.size;
  const isBelow = gap > 0 && Math.abs(line.left - before.left) < (right - left) / 2;
  if (!isBelow) return !SENTENCE_END.test(before.text); // the next column, or page
  return gap <= WIDER * usualGap && line.left - Math.min(before.left, left) <= INDENT * line.size;
}

/**
 * Makes text of pages: without what runs around them, words that lines cut in two made whole, a paragraph a line.
 * @param pages what stands on each, in the order of the file
 */
export function pagesToText(pages: readonly (readonly PageItem[])[]): string {
  const lined = pages.map(linesOf);
  const usualGap = usualGapOf(lined);
  const kept = withoutFurniture(lined, usualGap);
  const ends = createLineEnds(kept.flat().map(({ text }) => text));
  const paragraphs: string[] = [];
  let before: PageLine | undefined;
  let beforeLines: readonly PageLine[] = [];
  for (const lines of kept) {
    for (const line of lines) {
      const open = paragraphs.at(-1);
      if (before !== undefined && open !== undefined && goesOn({ before, line, beforeLines }, usualGap))
        paragraphs[paragraphs.length - 1] = ends.join(open, line.text);
      else paragraphs.push(line.text);
      before = line;
      beforeLines = lines;
    }
  }
  return paragraphs.join('\n');
}
