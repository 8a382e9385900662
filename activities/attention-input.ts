// What is needed to look into a trained model: its two files, the held-out texts as it reads them, its tokens by id.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { EvaluationInput } from '../contracts/stage-results.ts';
import { packageFiles } from '../contracts/version-package.ts';
import type { TokenizedTexts } from '../pipeline/evaluation/attention-maps.ts';
import type { ModelFiles } from '../pipeline/model/model-files.ts';
import { readableTokens } from '../pipeline/tokenization/readable-tokens.ts';
import type { Tokenizer } from '../pipeline/tokenization/tokenizer.ts';

export interface AttentionInput {
  readonly model: ModelFiles;
  readonly texts: TokenizedTexts;
}

export interface AttentionDependencies {
  readonly artifacts: ArtifactStore;
  readonly loadTokenizer: (json: string) => Promise<Tokenizer>;
}

/** @param holdout the held-out documents, encoded here as they were for training */
export async function readAttentionInput(
  { artifacts, loadTokenizer }: AttentionDependencies,
  { training, tokenization, contextLength }: EvaluationInput,
  holdout: { readonly ids: readonly string[]; readonly texts: readonly string[] },
): Promise<AttentionInput> {
  const { files } = await artifacts.readDirectory(training.weights);
  const json = (await artifacts.readBytes(tokenization.tokenizer)).toString('utf8');
  const encoded = await (await loadTokenizer(json)).encodeBatch(holdout.texts, contextLength);
  return {
    model: {
      config: (await artifacts.readBytes(files[packageFiles.config])).toString('utf8'),
      weights: await artifacts.readBytes(files[packageFiles.weights]),
    },
    texts: {
      ids: holdout.ids,
      texts: holdout.texts,
      tokens: encoded.ids,
      lengths: encoded.lengths,
      vocabulary: readableTokens(json),
    },
  };
}
