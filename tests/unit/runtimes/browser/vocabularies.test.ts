import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openLanguageModel } from '../../../../runtimes/browser/language-model.ts';
import type { HoldParameters } from '../../../../runtimes/browser/model-graphs.ts';
import type { PackageFiles } from '../../../../runtimes/browser/package-files.ts';
import { openTextClassifier } from '../../../../runtimes/browser/text-classifier.ts';
import {
  classifierFiles,
  golden,
  languageModelFiles,
  preprocessing,
  rule,
} from '../../../support/page-packages.ts';

/** Stands for the end of what can be refused without a backend. */
const hold: HoldParameters = () => {
  throw new Error('all files were read');
};

/** A tokenizer with a token more than it came with. */
function withOneMore(json: string): string {
  const document = JSON.parse(json) as { model: { vocab: Record<string, number> } };
  document.model.vocab['one more'] = Object.keys(document.model.vocab).length;
  return JSON.stringify(document);
}

describe('a model in a page', () => {
  it.each([
    ['a classifier', classifierFiles, 'tokenizer.json', openTextClassifier],
    ['a language model', languageModelFiles, 'bpe-tokenizer.json', openLanguageModel],
  ] as const)(
    'is refused where its tokenizer has tokens that the weights lack: %s',
    async (_, makeFiles, name, open) => {
      const tokenizer = await readFile(golden(name), 'utf8');
      const files: PackageFiles = {
        ...(await makeFiles()),
        ...{ tokenizer, preprocessing: JSON.stringify(preprocessing), decision: JSON.stringify(rule) },
      };
      expect(() => open(files, hold)).toThrow('all files were read');
      const larger = withOneMore(tokenizer);
      expect(() => open({ ...files, tokenizer: larger }, hold)).toThrow(
        /^tokenizer\.json has \d+ tokens, the model \d+$/,
      );
    },
  );
});
