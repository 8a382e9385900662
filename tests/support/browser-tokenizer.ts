// What a page encodes with, bundled for the tests.
export { readTokenizer } from '../../runtimes/browser/tokenizer.ts';
