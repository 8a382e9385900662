// The growing vocabulary of a trainer, and the special tokens that every vocabulary begins with.

/** In the order of their ids, 0 to 4. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
export type SpecialToken = (typeof specialTokens)[number];

/** Marks a token that continues a word. */
export const continuingPrefix = '##';

/** Tokens by id and ids by token. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  /** @returns the token's id, a new one where it has none. */
  readonly add: (token: string) => number;
  /** @returns the token's id, undefined where it has none. */
  readonly idOf: (token: string) => number | undefined;
}

/** @param known tokens that it begins with, by id, each once */
export function createVocabulary(known: readonly string[] = []): Vocabulary {
  const tokens: string[] = [];
  const ids = new Map<string, number>();
  const add = (token: string): number => {
    const known = ids.get(token);
    if (known !== undefined) return known;
    ids.set(token, tokens.length);
    return tokens.push(token) - 1;
  };
  for (const token of known) add(token);
  return { tokens, add, idOf: (token) => ids.get(token) };
}
