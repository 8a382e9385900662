// A text as a bag of character n-grams, hashed into a fixed number of columns (Weinberger et al. 2009, arXiv:0902.2206,
// without the sign): no vocabulary is kept, and a word spelt a little otherwise still shares most of its n-grams.
import type { SparseRows } from '../../evaluation/sparse-rows.ts';

/** How texts become columns; stored beside the weights, since a classifier is worth nothing without it. */
export interface NgramFeatures {
  /** Shortest and longest n-gram in UTF-16 code units; a Hangul syllable is one. */
  readonly shortest: number;
  readonly longest: number;
  /** Columns are 2 to this power. */
  readonly bits: number;
  /** Code units of a text that are read; what comes behind them does not count. */
  readonly readCharacters: number;
}

const OFFSET_BASIS = 0x811c9dc5; // FNV-1a, 32 bits
const PRIME = 0x01000193;

/** Case, presentation forms and the amount of white space say little about what a text is. */
function foldText(text: string, readCharacters: number): string {
  const start = text.slice(0, readCharacters).normalize('NFKC').toLowerCase();
  return ` ${start.replace(/\s+/g, ' ').trim()} `;
}

/**
 * Counts the n-grams of texts.
 * @returns a row a text [N, 2^bits]: 1 + ln(count), scaled to length 1; columns ascend within a row
 */
export function ngramRows(texts: readonly string[], features: NgramFeatures): SparseRows {
  const offsets = new Int32Array(texts.length + 1);
  const rows = texts.map((text) => ngramRow(text, features));
  for (const [row, { columns }] of rows.entries()) offsets[row + 1] = offsets[row] + columns.length;
  const indices = new Int32Array(offsets[texts.length]);
  const values = new Float64Array(offsets[texts.length]);
  for (const [row, it] of rows.entries()) {
    indices.set(it.columns, offsets[row]);
    values.set(it.values, offsets[row]);
  }
  return { rows: texts.length, columns: 2 ** features.bits, offsets, indices, values };
}

function ngramRow(
  text: string,
  { shortest, longest, bits, readCharacters }: NgramFeatures,
): { columns: Int32Array; values: Float64Array } {
  const folded = foldText(text, readCharacters);
  const counts = new Map<number, number>();
  const shift = 32 - bits;
  for (let start = 0; start < folded.length; start += 1) {
    let hash = OFFSET_BASIS;
    const end = Math.min(folded.length, start + longest);
    for (let at = start; at < end; at += 1) {
      hash = Math.imul(hash ^ folded.charCodeAt(at), PRIME);
      if (at - start + 1 < shortest) continue;
      const column = avalanche(hash) >>> shift;
      counts.set(column, (counts.get(column) ?? 0) + 1);
    }
  }
  const columns = Int32Array.from(counts.keys()).sort();
  const values = Float64Array.from(columns, (column) => 1 + Math.log(counts.get(column) ?? 1));
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return { columns, values: values.map((value) => value / length) };
}

/** murmur3's finalizer, since the upper bits of FNV-1a are poor on short input. */
function avalanche(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
