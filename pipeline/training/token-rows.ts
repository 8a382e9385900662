// Token rows as the tokenization stage leaves them, and batches cut from them. Shapes are static: a graph is made for
// each of a few row lengths, and a batch takes the shortest that its longest row fits. Rows that a batch lacks are made
// up, and must count for nothing.

/** Token ids by position. A corpus may be larger than memory: what has it as a file reads the part that is asked for. */
export interface TokenIds {
  readonly length: number;
  /** @returns the ids of [start, end) */
  readonly subarray: (start: number, end: number) => Uint16Array | Uint32Array;
}

/** @returns bytes that a token id takes in a file: as few as the vocabulary allows */
export function idBytesOf(vocabularySize: number): 2 | 4 {
  return vocabularySize <= 0x10000 ? 2 : 4;
}

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
  readonly ids: TokenIds;
  /** [rows], each in [1, contextLength] */
  readonly lengths: Uint16Array;
  /** [vocabularySize]: 1 where a token continues a word, as ## does; absent where nobody said. */
  readonly continuations?: Uint8Array;
}

/** Documents as token ids, padded to one length. */
export interface TokenBatch {
  /** [batchSize × length], row-major; whatever stands behind a row's length is padding. */
  readonly ids: Int32Array;
  /** Tokens of each row, in [1, length]. */
  readonly lengths: Int32Array;
  readonly batchSize: number;
  /** T: one of the lengths that graphs are made for. */
  readonly length: number;
}

const LENGTHS = 4; // more graphs would save little padding, and each takes a while to build

/** @returns the row lengths that graphs are made for, ascending; the last is the context length. */
export function graphLengths(contextLength: number): number[] {
  const stride = Math.ceil(contextLength / LENGTHS);
  const lengths = Array.from({ length: LENGTHS }, (_, index) =>
    Math.min(contextLength, (index + 1) * stride),
  );
  return [...new Set(lengths)];
}

/**
 * Cuts a batch.
 * @param rows indices of rows, at least one
 * @param batchSize at least as many as rows; the missing ones are a token of padding each
 */
export function takeBatch(
  tokens: Pick<TokenRows, 'contextLength' | 'padId' | 'ids' | 'lengths'>,
  rows: ArrayLike<number>,
  batchSize = rows.length,
): TokenBatch {
  const lengths = new Int32Array(batchSize).fill(1);
  for (let index = 0; index < rows.length; index += 1) lengths[index] = tokens.lengths[rows[index]];
  const longest = lengths.reduce((a, b) => Math.max(a, b));
  const length = graphLengths(tokens.contextLength).find((candidate) => candidate >= longest) ?? longest;
  const ids = new Int32Array(batchSize * length).fill(tokens.padId);
  for (let index = 0; index < rows.length; index += 1) {
    const start = rows[index] * tokens.contextLength;
    ids.set(tokens.ids.subarray(start, start + length), index * length);
  }
  return { ids, lengths, batchSize, length };
}

/** @returns whether a token stands for text, and not for a frame around it. */
export function isText(tokens: TokenRows, id: number): boolean {
  return id !== tokens.padId && id !== tokens.clsId && id !== tokens.sepId;
}
