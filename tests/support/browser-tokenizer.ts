// What a page encodes with, bundled for the tests: Hugging Face's tokenizers for JavaScript.
export { Tokenizer } from '@huggingface/tokenizers';
