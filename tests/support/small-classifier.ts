// A classifier that has learnt nothing, as the files of a version's package.
import { readFile } from 'node:fs/promises';
import { initialParameters, parameterLayout } from '../../pipeline/model/layout.ts';
import { writeModel } from '../../pipeline/model/model-files.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';

export type PackageContent = Readonly<Record<string, string | Uint8Array>>;

const golden = new URL('../golden/tokenizer.json', import.meta.url);
const labels = ['ham', 'spam'];
const contextLength = 128;
const smallShape = { layers: 1, hiddenSize: 32, heads: 2, intermediateSize: 64 };

/**
 * @param seed of the weights
 * @param shape by default so small that an answer takes a fraction of a millisecond
 */
export async function classifierPackage(seed: number, shape = smallShape): Promise<PackageContent> {
  const tokenizer = await readFile(golden, 'utf8');
  const { vocabularySize } = await loadTokenizer(tokenizer);
  const config = {
    ...{ head: 'classification' as const, labels, dropout: 0, tokenTypes: 2, padTokenId: 0, vocabularySize },
    ...{ ...shape, contextLength, layerNormEpsilon: 1e-12 },
  };
  const layout = parameterLayout(config);
  const model = writeModel({ config, layout, parameters: initialParameters(layout, seed) });
  return {
    'tokenizer.json': tokenizer,
    'config.json': model.config,
    'model.safetensors': model.weights,
    'preprocessing.json': JSON.stringify({ steps: [], contextLength }),
    'decision.json': JSON.stringify({ labels, positiveLabel: 'spam', threshold: 0.5 }),
  };
}
