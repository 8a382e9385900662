// Characters as Python counts and classes them, since datatrove's thresholds are over its counts.

/** @returns whether Python's `str.isspace` says so of a UTF-16 unit */
export function isBlank(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || (unit >= 0x1c && unit <= 0x1f);
  if (unit === 0x85 || unit === 0xa0) return true;
  if (unit < 0x1680) return false;
  return (
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}

/** @returns the text without blanks at its ends, as Python's `str.strip` */
export function strip(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const LINE_END = /\r\n|[\n\r\v\f\x1C-\x1E\x85\u2028\u2029]/;
const RARE_LINE_END = /[\r\v\f\x1C-\x1E\x85\u2028\u2029]/;

/** @returns the lines of a text, as Python's `str.splitlines`: the end of the last line begins no other */
export function splitLines(text: string): string[] {
  const lines = text.split(RARE_LINE_END.test(text) ? LINE_END : '\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return lines;
}

const SURROGATES = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;

/** @returns how many code points there are */
export function countCodePoints(text: string): number {
  return text.length - (text.match(SURROGATES)?.length ?? 0);
}

/** @returns what counts the code points of pieces of this text, without looking at each where units are code points */
export function codePointCounter(text: string): (piece: string) => number {
  return /[\uD800-\uDBFF]/.test(text) ? countCodePoints : (piece) => piece.length;
}
