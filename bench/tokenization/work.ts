// What a side is asked for.

export type Request =
  | { readonly work: 'train'; readonly vocabularySize: number }
  /** `alone`: the native library as it comes. */
  | { readonly work: 'encode' | 'encode alone' };
