// What generation asks of a model that remembers the texts it was fed; runtimes/onnx/ fulfils it with a native engine.

/** B texts in the making, each a row. */
export interface Decoder {
  /** B */
  readonly rows: number;
  /** V */
  readonly vocabularySize: number;
  /** Tokens that a text may have. */
  readonly contextLength: number;
  /**
   * Appends tokens to each text.
   * @param tokens [B] as many as wanted; none leaves a text as it is
   * @returns [B × V] logits of what follows each text, valid until the next call and free to be changed; those of a text
   * to which nothing was appended mean nothing
   */
  readonly feed: (tokens: readonly (readonly number[])[]) => Promise<Float32Array>;
  /** Makes each row the text that another row is: row n goes on from row `parents[n]`. */
  readonly reorder: (parents: readonly number[]) => void;
}
