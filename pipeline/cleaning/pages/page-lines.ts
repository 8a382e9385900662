// From the pieces of text that stand on a page to its lines. The order is that of the file, which typesetting programs write
// in reading order, column after column.

/** A piece of text where it stands: points (1/72 inch) from the page's lower left corner. */
export interface PageItem {
  readonly text: string;
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly width: number;
  /** Of the type. */
  readonly size: number;
}

/** A line of a page. */
export interface PageLine {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
}

const GAP = 0.2; // of the type's size, from which on a gap is a space: a space is 0.25 wide, kerning below 0.1
const BLANK = 0.1; // spaces in tight lines of Korean are as narrow
const RAISED = 0.8; // of the line's type: marks of footnotes and exponents are smaller
const NOTE_MARK = /^[\d*†‡,\s]{1,6}$/;

interface OpenLine {
  pieces: string[];
  left: number;
  right: number;
  y: number;
  size: number;
}

function isOfLine(line: OpenLine, { x, y, size }: PageItem): boolean {
  const larger = Math.max(line.size, size);
  const isLevel = Math.abs(line.y - y) < 0.3 * larger;
  const isRaised = Math.min(line.size, size) < RAISED * larger && Math.abs(line.y - y) < 0.7 * larger;
  return (isLevel || isRaised) && x > line.right - larger;
}

/** A raised number behind a word is the mark of a footnote; behind a number it is an exponent. */
function isNoteMark(line: OpenLine, { text, y, size }: PageItem): boolean {
  const isRaised = size < RAISED * line.size && y > line.y + 0.15 * line.size;
  return isRaised && NOTE_MARK.test(text) && !/\d$/.test(line.pieces.join('').slice(-1));
}

function closeLine({ pieces, left, right, y, size }: OpenLine): PageLine {
  return { text: pieces.join('').replace(/\s+/g, ' ').trim(), left, right, y, size };
}

/** @returns the lines that are not blank, in the order of the items */
export function linesOf(items: readonly PageItem[]): PageLine[] {
  const lines: PageLine[] = [];
  let line: OpenLine | undefined;
  for (const item of items) {
    const { text, x, y, width, size } = item;
    const isBlank = text.trim() === '';
    if (text === '' || (line === undefined && isBlank)) continue;
    if (line !== undefined && isOfLine(line, item)) {
      if (!isBlank && isNoteMark(line, item)) {
        line.right = x + width;
        continue;
      }
      if (isBlank ? width > BLANK * line.size : x - line.right > GAP * line.size) line.pieces.push(' ');
      if (!isBlank) line.pieces.push(text);
      if (!isBlank && size > line.size) Object.assign(line, { size, y });
      line.right = Math.max(line.right, x + width);
    } else if (!isBlank) {
      if (line !== undefined) lines.push(closeLine(line));
      line = { pieces: [text], left: x, right: x + width, y, size };
    }
  }
  if (line !== undefined) lines.push(closeLine(line));
  return lines.filter(({ text }) => text !== '');
}
