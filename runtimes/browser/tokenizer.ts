// A tokenizer.json in a page, read by Hugging Face's own library for browsers.
import * as library from '@huggingface/tokenizers';

export interface PageTokenizer {
  readonly encode: (text: string, options?: { readonly add_special_tokens: boolean }) => { ids: number[] };
  readonly decode: (
    ids: number[],
    options: { readonly skip_special_tokens: boolean; readonly clean_up_tokenization_spaces: boolean },
  ) => string;
}

// Its declarations import each other without an extension, which TypeScript does not follow in a module.
const { Tokenizer } = library as unknown as {
  Tokenizer: new (json: object, config: object) => PageTokenizer;
};

/** @param json text of tokenizer.json */
export function readTokenizer(json: string): PageTokenizer {
  return new Tokenizer(JSON.parse(json) as object, {});
}
