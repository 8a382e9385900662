// Makes tests/golden/exported-gpt2/: a tiny GPT-2 as Coppice exports it, tokenizer included, for make-exported-gpt2.py to
// load and answer with. Run with: node --import tsx tests/golden/make-exported-gpt2.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { architectureSchema } from '../../contracts/model-spec/architecture.ts';
import { gptConfigOf } from '../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { createRandom } from '../../pipeline/random.ts';
import { writeTokenizerJson } from '../../pipeline/tokenization/tokenizer-json.ts';
import { specialTokens } from '../../pipeline/tokenization/vocabulary.ts';

const folder = new URL('exported-gpt2/', import.meta.url);
const words = ['the', 'model', 'reads', 'and', 'write', '##s', 'a', 'word', 'at', 'time'];
const vocabulary = [...specialTokens, ...words];
const size = { layers: 2, hiddenSize: 24, heads: 3, intermediateSize: 40, contextLength: 12 };
const config = gptConfigOf(architectureSchema.parse({ architecture: 'gpt2', ...size }), {
  vocabularySize: vocabulary.length,
  endOfTextId: specialTokens.indexOf('[SEP]'),
  dropout: 0.1,
});
const layout = gptLayout(config);
const random = createRandom(17);
// Larger than a model starts with, and no zeros or ones: they would hide mistakes.
const parameters = Float32Array.from({ length: layout.size }, () => 0.3 * random.normal());
const files = writeGpt({ config, layout, parameters });

mkdirSync(folder, { recursive: true });
writeFileSync(new URL('config.json', folder), files.config);
writeFileSync(new URL('model.safetensors', folder), files.weights);
writeFileSync(new URL('tokenizer.json', folder), writeTokenizerJson(vocabulary));
