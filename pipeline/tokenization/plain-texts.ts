// What a document or a request says is text, however it is spelled: "[SEP]" in it is five characters and never the token
// that ends a row. Hugging Face's libraries look for the special tokens of a file in whatever they encode, so they are given
// the file without that list (docs/adr/0032-no-control-tokens-in-texts.md).
import { z } from 'zod';

const fileSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: z.number().int().nonnegative(), special: z.boolean() }))
    .default([]),
});

export interface PlainTokenizer {
  /** Text of the tokenizer.json that texts are encoded with: the same vocabulary and template, no special token listed. */
  readonly json: string;
  /** Ids of the special tokens, which are no text when tokens are decoded. */
  readonly controlIds: ReadonlySet<number>;
}

/**
 * The splitting of texts into words keeps brackets and letters apart, so no other way leads from a text to a special token,
 * but for [UNK].
 * @param json text of a tokenizer.json; tokens that were added to it and are not special stay as they are
 * @throws SyntaxError or ZodError where it is no such file
 */
export function readPlainly(json: string): PlainTokenizer {
  const file = fileSchema.parse(JSON.parse(json));
  const special = file.added_tokens.filter((token) => token.special);
  return {
    json: JSON.stringify({ ...file, added_tokens: file.added_tokens.filter((token) => !token.special) }),
    controlIds: new Set(special.map(({ id }) => id)),
  };
}
