// A tokenizer.json in a page, read by Hugging Face's own library for browsers.
import * as library from '@huggingface/tokenizers';
import { readVocabulary } from '../../pipeline/tokenization/tokenizer-json.ts';

interface LoadedTokenizer {
  readonly encode: (text: string, options?: { readonly add_special_tokens: boolean }) => { ids: number[] };
  readonly decode: (
    ids: number[],
    options: { readonly skip_special_tokens: boolean; readonly clean_up_tokenization_spaces: boolean },
  ) => string;
}

export interface PageTokenizer extends Pick<LoadedTokenizer, 'encode' | 'decode'> {
  readonly vocabularySize: number;
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
  const loaded = new Tokenizer(JSON.parse(json) as object, {});
  return {
    vocabularySize: readVocabulary(json).tokens.length,
    encode: (...of) => loaded.encode(...of),
    decode: (...of) => loaded.decode(...of),
  };
}
