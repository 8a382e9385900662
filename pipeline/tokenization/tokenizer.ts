// What the pipeline asks of a tokenizer once it is trained; runtimes/tokenizers/ fulfils it with a native engine.

/** One text as a row of token ids. */
export interface EncodedText {
  /** [maximumLength]: [CLS], the text's tokens cut where they do not fit, [SEP], then padding. */
  readonly ids: Int32Array;
  /** Ids before the padding, [CLS] and [SEP] included: 2 to maximumLength. */
  readonly length: number;
  /** What `length` would be without a maximum; the text was cut where it is larger than `length`. */
  readonly fullLength: number;
}

/** A word as the tokenizer splits a text, without the white space around it. */
export interface Word {
  /** Where it stands, in UTF-16 code units; `end` is the first unit behind it. */
  readonly start: number;
  readonly end: number;
  /** Place of its first piece in the text's row, were that not cut: 1 is the first behind [CLS]. */
  readonly token: number;
}

/** Many texts as one flat matrix. */
export interface EncodedBatch {
  /** [N * maximumLength], row after row, each as in {@link EncodedText}; 16 bits where the vocabulary fits. */
  readonly ids: Uint16Array | Int32Array;
  /** [N], as `length` of {@link EncodedText}. */
  readonly lengths: Int32Array;
  /** [N], as `fullLength` of {@link EncodedText}. */
  readonly fullLengths: Int32Array;
}

/**
 * Text to token ids and back. The engine works on threads of its own, hence promises. A special token that is
 * written out in a text ("[SEP]") is text like any other.
 */
export interface Tokenizer {
  readonly vocabularySize: number;
  readonly padId: number;
  readonly unknownId: number;
  readonly clsId: number;
  readonly sepId: number;
  readonly maskId: number;
  /**
   * @param maximumLength ids in the row, [CLS] and [SEP] included, at least 2
   * @throws CoppiceFailure InvalidInput where maximumLength is no integer from 2 on
   */
  encode(text: string, maximumLength: number): Promise<EncodedText>;
  /** The same for many texts at once, on all cores; the event loop stays free between chunks. */
  encodeBatch(texts: readonly string[], maximumLength: number): Promise<EncodedBatch>;
  /** Every text whole, special tokens not added: ids text by text, in chunks that keep the order of the texts. */
  encodeWhole(texts: readonly string[]): AsyncIterable<readonly (readonly number[])[]>;
  /** @returns the words of each text, in its order; nothing is cut */
  words(texts: readonly string[]): Promise<Word[][]>;
  /** @returns the text's tokens as strings, special tokens not added, nothing cut */
  tokens(text: string): Promise<string[]>;
  /** @returns text in normalised form; special tokens are left out */
  decode(ids: ArrayLike<number>): Promise<string>;
}
