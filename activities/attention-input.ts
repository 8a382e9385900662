// What is needed to look into a trained model: its two files, the held-out texts as it reads them, its tokens by id.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { EvaluationInput } from '../contracts/stage-results.ts';
import { packageFiles } from '../contracts/version-package.ts';
import type { TokenizedTexts } from '../pipeline/evaluation/attention-maps.ts';
import type { ModelFiles } from '../pipeline/model/model-files.ts';
import type { Tokenizer } from '../pipeline/tokenization/tokenizer.ts';

export interface AttentionInput {
  readonly model: ModelFiles;
  readonly texts: TokenizedTexts;
}

export interface AttentionDependencies {
  readonly artifacts: ArtifactStore;
  readonly loadTokenizer: (json: string) => Promise<Tokenizer>;
}

const tokenizerFile = z.object({
  model: z.object({ vocab: z.record(z.string(), z.number().int().nonnegative()) }),
});

/** @param holdout the held-out documents, encoded here as they were for training */
export async function readAttentionInput(
  { artifacts, loadTokenizer }: AttentionDependencies,
  { training, tokenization, contextLength }: EvaluationInput,
  holdout: { readonly ids: readonly string[]; readonly texts: readonly string[] },
): Promise<AttentionInput> {
  const { files } = await artifacts.readDirectory(training.weights);
  const json = (await artifacts.readBytes(tokenization.tokenizer)).toString('utf8');
  const vocabulary: string[] = [];
  for (const [token, id] of Object.entries(tokenizerFile.parse(JSON.parse(json)).model.vocab))
    vocabulary[id] = token;
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
      vocabulary,
    },
  };
}
