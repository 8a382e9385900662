// An inherited tokenizer, extended by what a corpus needs.
import type { TokenizerSpec } from '../contracts/model-spec/learning.ts';
import type { TokenExtension } from '../contracts/training-job.ts';
import { extendBpeSteps } from '../pipeline/tokenization/bpe-extension.ts';
import { countByteLevelWordsSteps } from '../pipeline/tokenization/byte-level-words.ts';
import { countWordsSteps } from '../pipeline/tokenization/count-words.ts';
import { checkExtension, readTrainedTokenizer } from '../pipeline/tokenization/extend-tokenizer.ts';
import { extendWordPieceSteps } from '../pipeline/tokenization/wordpiece-extension.ts';
import { drain } from './heartbeat.ts';

export interface ExtensionWork {
  /** Text of the inherited tokenizer.json. */
  readonly inherited: string;
  readonly wanted: TokenizerSpec;
  /** Tokens in the end. */
  readonly vocabularySize: number;
}

/**
 * @param breathe lets others run
 * @returns text of the extended tokenizer.json, and what the new tokens were before
 * @throws InvalidInput where it is not a tokenizer that can be extended so
 */
export async function extendTokenizer(
  texts: readonly string[],
  { inherited, wanted, vocabularySize }: ExtensionWork,
  breathe: () => Promise<void>,
): Promise<TokenExtension & { readonly json: string }> {
  const trained = readTrainedTokenizer(inherited);
  checkExtension(trained, wanted, vocabularySize);
  const { algorithm, lowercase, vocabulary, withVocabulary } = trained;
  const options = { vocabularySize, minimumFrequency: wanted.minimumFrequency };
  const extended =
    algorithm === 'bpe'
      ? await drain(
          extendBpeSteps(
            await drain(countByteLevelWordsSteps(texts, { lowercase }), breathe),
            trained,
            options,
          ),
          breathe,
        )
      : await drain(
          extendWordPieceSteps(
            await drain(countWordsSteps(texts, { lowercase }), breathe),
            vocabulary,
            options,
          ),
          breathe,
        );
  const parts = extended.parts.map((of) => [...of]);
  return { json: withVocabulary(extended), before: vocabulary.length, parts };
}
