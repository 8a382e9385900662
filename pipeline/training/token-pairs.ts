// Prompts and their answers as token rows, and batches cut from them in which the answer alone is predicted. B rows of a
// batch, T tokens of each.
import type { TokenRows } from './token-rows.ts';
import { takeBatch } from './token-rows.ts';

/** One padded row a pair: the prompt's tokens, the answer's, and the end of text. */
export interface TokenPairs
  extends Pick<TokenRows, 'rows' | 'contextLength' | 'vocabularySize' | 'padId' | 'ids' | 'lengths'> {
  /** Stands behind each answer. */
  readonly endOfTextId: number;
  /** [rows]: where the answer begins, behind one token of a prompt at least and before the end of text. */
  readonly answers: Uint16Array;
  /** [rows]: bytes of the answer in UTF-8. */
  readonly bytes: Float64Array;
}

/** Pairs as a batch. */
export interface PairBatch {
  /** [B × T] */
  readonly ids: Int32Array;
  /** [B × T]: what follows each. */
  readonly targets: Int32Array;
  /** [B × T]: 1 / count where what follows is of the answer or its end of text, 0 elsewhere. */
  readonly weights: Float32Array;
  /** Tokens that are predicted. */
  readonly count: number;
  /** T */
  readonly length: number;
}

/** @returns tokens of a row that are predicted: the answer's, and the end of text */
export const answerTokens = ({ lengths, answers }: TokenPairs, row: number): number =>
  lengths[row] - answers[row];

/**
 * Cuts a batch.
 * @param rows one at least
 * @param batchSize as many as rows or more; those that are missing count for nothing
 */
export function readPairs(pairs: TokenPairs, rows: ArrayLike<number>, batchSize: number): PairBatch {
  const { ids, length } = takeBatch(pairs, rows, batchSize);
  const targets = new Int32Array(ids.length);
  const weights = new Float32Array(ids.length);
  let count = 0;
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index];
    const start = index * length + pairs.answers[row] - 1; // the token before the answer predicts its first
    const end = index * length + pairs.lengths[row] - 1;
    targets.set(ids.subarray(start + 1, end + 1), start);
    weights.fill(1, start, end);
    count += end - start;
  }
  return { ids, targets, weights: weights.map((weight) => weight / count), count, length };
}
