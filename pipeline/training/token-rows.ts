// Token rows as the tokenization stage leaves them, and batches cut from them.
import type { TokenBatch } from '../model/bert.ts';

/** Tokens of a corpus, one padded row a document. */
export interface TokenRows {
  readonly rows: number;
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly padId: number;
  readonly maskId: number;
  readonly clsId: number;
  readonly sepId: number;
  /** [rows × contextLength] */
  readonly ids: Uint16Array;
  /** [rows], each in [1, contextLength] */
  readonly lengths: Uint16Array;
}

/**
 * Cuts a batch, padded to its longest row and no further.
 * @param rows indices of rows, at least one
 */
export function takeBatch(tokens: TokenRows, rows: ArrayLike<number>): TokenBatch {
  const lengths = Int32Array.from({ length: rows.length }, (_, index) => tokens.lengths[rows[index]]);
  const length = Math.max(...lengths);
  const ids = new Int32Array(rows.length * length);
  for (let index = 0; index < rows.length; index += 1) {
    const start = rows[index] * tokens.contextLength;
    ids.set(tokens.ids.subarray(start, start + length), index * length);
  }
  return { ids, lengths, batchSize: rows.length, length };
}

/** @returns whether a token stands for text, and not for a frame around it. */
export function isText(tokens: TokenRows, id: number): boolean {
  return id !== tokens.padId && id !== tokens.clsId && id !== tokens.sepId;
}
