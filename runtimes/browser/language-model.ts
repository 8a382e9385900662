// A language model in a page: continues a text, piece by piece.
import { type CachedDecoder, createCachedDecoder } from '../../pipeline/generation/cached-decoder.ts';
import { generate } from '../../pipeline/generation/generate.ts';
import type { TextOptions } from '../../pipeline/generation/generate-text.ts';
import { generateText } from '../../pipeline/generation/generate-text.ts';
import { checkedPrompt, checkMaximumNewTokens, roomAfter } from '../../pipeline/generation/prompts.ts';
import { checkSampling } from '../../pipeline/generation/sampling.ts';
import { readServedGpt } from '../../pipeline/model/quantized-files.ts';
import { checkVocabulary } from '../../pipeline/tokenization/check-vocabulary.ts';
import type { HoldParameters } from './model-graphs.ts';
import type { PackageFiles } from './package-files.ts';
import { readTokenizer } from './tokenizer.ts';

export interface LanguageModel {
  readonly task: 'language-modelling';
  /** Tokens of prompt and continuation together, but for the last one. */
  readonly contextLength: number;
  /**
   * Continues a text; whoever stops reading ends it.
   * @param prompt an empty one begins a document
   * @throws CoppiceFailure InvalidInput for a prompt that is longer than the context, or options out of their range
   */
  readonly continueText: (prompt: string, options: TextOptions) => AsyncGenerator<string, void>;
  readonly dispose: () => void;
}

/** @throws ModelFormatError where a file is malformed; CoppiceFailure InvalidInput where the tokenizer has more tokens */
export function openLanguageModel(files: PackageFiles, hold: HoldParameters): LanguageModel {
  const model = readServedGpt(files);
  const { config } = model;
  const { contextLength, endOfTextId } = config;
  const tokenizer = readTokenizer(files.tokenizer);
  checkVocabulary(tokenizer, config);
  const { decode } = tokenizer;
  const graphs = hold(model);
  const decoders: CachedDecoder[] = [];

  /** One decoder for all texts where it takes long to make; else each text has one no larger than it needs. */
  const take = (slots: number): CachedDecoder =>
    decoders.pop() ??
    createCachedDecoder(config, { rows: 1, slots: graphs.keepsGraphs ? contextLength : slots }, graphs.open);
  const giveBack = async (decoder: CachedDecoder): Promise<void> => {
    if (!graphs.keepsGraphs) return decoder.close();
    decoder.reset();
    decoders.push(decoder);
  };

  const continueText: LanguageModel['continueText'] = async function* (prompt, options) {
    checkSampling(options);
    checkMaximumNewTokens(options.maximumNewTokens);
    const { ids } = tokenizer.encode(prompt, { add_special_tokens: false });
    const checked = checkedPrompt(ids, config);
    const slots = checked.length + roomAfter(checked, contextLength, options.maximumNewTokens) - 1;
    const decoder = take(slots);
    const pieces = generateText(
      { generate: (each) => generate(decoder, [checked], each), count: 1, decode },
      { ...(endOfTextId !== undefined && { endOfTextId }), ...options },
    );
    try {
      for await (const { text } of pieces) if (text !== '') yield text;
    } finally {
      await giveBack(decoder);
    }
  };
  return { task: 'language-modelling', contextLength, continueText, dispose: graphs.dispose };
}
