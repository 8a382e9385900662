// White space as Python's str.split() and str.rstrip() know it, which sacrebleu and SQuAD's script are written with.

const space = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const words = new RegExp(`[^${space}]+`, 'g');
const anySpace = new RegExp(`[${space}]+`, 'g');
const isSpace = new RegExp(`[${space}]`);

/** @returns what stands between white space */
export const splitWhiteSpace = (text: string): readonly string[] => text.match(words) ?? [];

export const removeWhiteSpace = (text: string): string => text.replace(anySpace, '');

/** @returns the text without white space at its end */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace.test(text[end - 1])) end -= 1;
  return text.slice(0, end);
}

/** @returns the code points of a text */
export function codePoints(text: string): Int32Array {
  const points = new Int32Array(text.length);
  let count = 0;
  for (let at = 0; at < text.length; count += 1) {
    const point = text.codePointAt(at) ?? 0;
    points[count] = point;
    at += point > 0xffff ? 2 : 1;
  }
  return points.subarray(0, count);
}
