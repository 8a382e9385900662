// A small classifier and a small language model, as pages get them: untrained, and far enough apart to tell texts apart.
import { readFile } from 'node:fs/promises';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { gptConfigOf } from '../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { initialParameters, parameterLayout } from '../../pipeline/model/layout.ts';
import { type ModelFiles, writeModel } from '../../pipeline/model/model-files.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';

export const contextLength = 64;
export const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url);
export const rule = { labels: ['ham', 'spam'], positiveLabel: 'spam', threshold: 0.5 };
export const preprocessing = { steps: [{ step: 'normalize-unicode', form: 'NFC' }], contextLength };

const vocabularySizeOf = async (name: string) =>
  (await loadTokenizer(await readFile(golden(name), 'utf8'))).vocabularySize;

export async function classifierFiles(): Promise<ModelFiles> {
  const config: BertConfig = {
    ...{ head: 'classification', labels: rule.labels, dropout: 0, tokenTypes: 2, padTokenId: 0 },
    ...{ contextLength, layers: 2, hiddenSize: 32, heads: 2, intermediateSize: 64 },
    ...{ vocabularySize: await vocabularySizeOf('tokenizer.json'), layerNormEpsilon: 1e-12 },
  };
  const layout = parameterLayout(config);
  const parameters = initialParameters(layout, 1).map((value) => 8 * value);
  return writeModel({ config, layout, parameters });
}

export async function languageModelFiles(): Promise<ModelFiles> {
  const vocabularySize = await vocabularySizeOf('bpe-tokenizer.json');
  const shape = { architecture: 'gpt2', layers: 2, hiddenSize: 32, heads: 2, contextLength } as const;
  const config = gptConfigOf(shape, { vocabularySize, endOfTextId: 3, dropout: 0 });
  const layout = gptLayout(config);
  return writeGpt({ config, layout, parameters: initialParameters(layout, 1) });
}
