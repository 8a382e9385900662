// A tokenizer.json in a page, read by Hugging Face's own library for browsers.
import * as library from '@huggingface/tokenizers';
import { readPlainly } from '../../pipeline/tokenization/plain-texts.ts';
import { readVocabulary } from '../../pipeline/tokenization/tokenizer-json.ts';

interface LoadedTokenizer {
  readonly encode: (text: string, options?: { readonly add_special_tokens: boolean }) => { ids: number[] };
  readonly decode: (ids: number[], options: { readonly clean_up_tokenization_spaces: boolean }) => string;
}

export interface PageTokenizer extends Pick<LoadedTokenizer, 'encode'> {
  readonly vocabularySize: number;
  /** Special tokens are left out. */
  readonly decode: (ids: readonly number[]) => string;
}

// Its declarations import each other without an extension, which TypeScript does not follow in a module.
const { Tokenizer } = library as unknown as {
  Tokenizer: new (json: object, config: object) => LoadedTokenizer;
};

/**
 * @param json text of tokenizer.json
 * @throws CoppiceFailure InvalidInput where it has no vocabulary
 */
export function readTokenizer(json: string): PageTokenizer {
  const vocabularySize = readVocabulary(json).tokens.length;
  const { json: plain, controlIds } = readPlainly(json);
  const loaded = new Tokenizer(JSON.parse(plain) as object, {});
  return {
    vocabularySize,
    encode: (...of) => loaded.encode(...of),
    decode: (ids) => {
      const text = ids.filter((id) => !controlIds.has(id));
      // Of nothing the library makes an error.
      return text.length === 0 ? '' : loaded.decode(text, { clean_up_tokenization_spaces: false });
    },
  };
}
