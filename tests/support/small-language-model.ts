// A language model of a layer that has learnt nothing, in a process of its own, as a gateway has it loaded.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answeringChatTemplate } from '../../pipeline/generation/chat-template.ts';
import { gptConfigOf } from '../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import { tokenizerConfig } from '../../pipeline/tokenization/tokenizer-config.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { loadLanguageVersion } from '../../serving/tasks/generation-version.ts';

const golden = new URL('../golden/bpe-tokenizer.json', import.meta.url);
const contextLength = 64;
const deaf = {
  queued: () => undefined,
  computed: () => undefined,
  restarted: () => undefined,
  gone: () => undefined,
};

export async function startSmallLanguageModel() {
  const folder = await mkdtemp(join(tmpdir(), 'coppice-language-version-'));
  const { vocabularySize } = await loadTokenizer(await readFile(golden, 'utf8'));
  const shape = { architecture: 'gpt2', layers: 1, hiddenSize: 32, heads: 2, contextLength } as const;
  const config = gptConfigOf(shape, { vocabularySize, endOfTextId: 3, dropout: 0 });
  const layout = gptLayout(config);
  const files = writeGpt({ config, layout, parameters: initialParameters(layout, 1) });
  await cp(golden, join(folder, 'tokenizer.json'));
  await writeFile(join(folder, 'config.json'), files.config);
  await writeFile(join(folder, 'model.safetensors'), files.weights);
  const chat = tokenizerConfig(contextLength, 'generation', answeringChatTemplate('질문: {text}\n답: '));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(chat));
  const version = await loadLanguageVersion({
    ...{ version: 1, limits: { silenceSeconds: 60 }, observer: deaf },
    load: { directory: folder, contextLength, weights: 'model.safetensors' },
    preprocessing: { steps: [], contextLength },
    read: async (name, schema) => schema.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))),
  });
  return {
    version,
    close: async () => {
      version.stop();
      await version.ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
