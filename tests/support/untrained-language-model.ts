// A language model of a layer that has learnt nothing, as a package in the store.
import { readFile } from 'node:fs/promises';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { type ArtifactReference, mediaTypes } from '../../contracts/artifact.ts';
import { gptConfigOf } from '../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import { tokenizerConfig } from '../../pipeline/tokenization/tokenizer-config.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';

const contextLength = 64;

/** @returns the package in the store, as an evaluation leaves it */
export async function putUntrainedLanguageModel(
  artifacts: ArtifactStore,
  seed: number,
): Promise<ArtifactReference> {
  const tokenizer = await readFile(new URL('../golden/bpe-tokenizer.json', import.meta.url), 'utf8');
  const { vocabularySize } = await loadTokenizer(tokenizer);
  const shape = { architecture: 'gpt2', layers: 1, hiddenSize: 32, heads: 2, contextLength } as const;
  const config = gptConfigOf(shape, { vocabularySize, endOfTextId: 3, dropout: 0 });
  const layout = gptLayout(config);
  const files = writeGpt({ config, layout, parameters: initialParameters(layout, seed) });
  return artifacts.putDirectory({
    'config.json': await artifacts.putBytes(files.config, { mediaType: mediaTypes.json }),
    'model.safetensors': await artifacts.putBytes(files.weights, { mediaType: mediaTypes.safetensors }),
    'tokenizer.json': await artifacts.putBytes(tokenizer, { mediaType: mediaTypes.json }),
    'tokenizer_config.json': await artifacts.putJson(tokenizerConfig(contextLength, 'generation')),
    'preprocessing.json': await artifacts.putJson({ steps: [], contextLength }),
  });
}
