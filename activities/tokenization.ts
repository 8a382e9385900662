// Tokenization: a tokenizer learned from the corpus (or taken from the version that training goes on from), and the
// corpus as token ids.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import { cleanDocumentSchema } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { TokenizationInput, TokenizationResult } from '../contracts/stage-results.ts';
import { trainBpeSteps } from '../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWordsSteps } from '../pipeline/tokenization/byte-level-words.ts';
import { countWordsSteps } from '../pipeline/tokenization/count-words.ts';
import { describeLanguages, gatherLanguagesSteps } from '../pipeline/tokenization/language-statistics.ts';
import type { TokenCounts } from '../pipeline/tokenization/statistics.ts';
import type { Tokenizer } from '../pipeline/tokenization/tokenizer.ts';
import {
  continuationIds,
  writeByteLevelJson,
  writeTokenizerJson,
} from '../pipeline/tokenization/tokenizer-json.ts';
import { trainWordPieceSteps } from '../pipeline/tokenization/wordpiece-trainer.ts';
import { loadLanguageIdentifier } from '../runtimes/languages/identifier.ts';
import { createBreather, drain, withHeartbeat } from './heartbeat.ts';
import { readShards } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';
import { type Corpus, writeTokenRows, writeTokenStream } from './token-files.ts';

export interface TokenizationActivityDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  readonly loadTokenizer: (json: string) => Promise<Tokenizer>;
}

export type TokenizationActivities = ReturnType<typeof createTokenizationActivities>;

export function createTokenizationActivities(dependencies: TokenizationActivityDependencies) {
  const { artifacts, runStage, loadTokenizer } = dependencies;

  const readCorpus = async (corpus: ArtifactReference) => {
    const documents: string[] = [];
    const texts: string[] = [];
    for await (const { id, text } of readShards(artifacts, corpus, cleanDocumentSchema)) {
      documents.push(id);
      texts.push(text);
    }
    if (texts.length === 0)
      throw new CoppiceFailure(
        'InvalidInput',
        'the corpus is empty: collection and cleaning left no document',
      );
    return { documents, texts };
  };

  const train = async ({ tokenizer }: TokenizationInput, texts: readonly string[], signal: AbortSignal) => {
    const { algorithm, lowercase, vocabularySize, minimumFrequency } = tokenizer;
    const breathe = createBreather(signal);
    if (algorithm === 'bpe') {
      const counts = await drain(countByteLevelWordsSteps(texts, { lowercase }), breathe);
      const learned = await drain(trainBpeSteps(counts, { vocabularySize, minimumFrequency }), breathe);
      return writeByteLevelJson(learned, { lowercase });
    }
    const counts = await drain(countWordsSteps(texts, { lowercase }), breathe);
    const { vocabulary } = await drain(
      trainWordPieceSteps(counts, { vocabularySize, minimumFrequency }),
      breathe,
    );
    return writeTokenizerJson(vocabulary, { lowercase });
  };

  /** Identifies the language of each document, and says how well its texts are encoded. */
  const tellLanguages = async (
    texts: readonly string[],
    { tokenizer, counts }: { readonly tokenizer: Tokenizer; readonly counts: TokenCounts },
    breathe: () => Promise<void>,
  ) => {
    const identify = await loadLanguageIdentifier();
    const languages: string[] = [];
    for (const text of texts) {
      languages.push(identify(text));
      await breathe();
    }
    const gathered = await drain(gatherLanguagesSteps({ texts, languages, counts }), breathe);
    return describeLanguages(gathered, tokenizer);
  };

  const encode = async (
    json: string,
    { layout, contextLength }: TokenizationInput,
    { corpus, signal }: { readonly corpus: Corpus; readonly signal: AbortSignal },
  ) => {
    const tokenizer = await loadTokenizer(json);
    const { counts, ...encoded } = await (layout === 'stream'
      ? writeTokenStream(artifacts, corpus, tokenizer)
      : writeTokenRows(artifacts, corpus, {
          tokenizer,
          contextLength,
          continuations: continuationIds(json),
        }));
    const languages = await tellLanguages(corpus.texts, { tokenizer, counts }, createBreather(signal));
    return { ...encoded, vocabularySize: tokenizer.vocabularySize, languages };
  };

  return {
    /** Learns a tokenizer where none is given, and encodes the corpus with it. */
    async tokenizeCorpus(input: TokenizationInput): Promise<TokenizationResult> {
      const { corpus, existingTokenizer } = input;
      return runStage({
        stage: 'tokenization',
        run: input,
        parameters: {
          tokenizer: input.tokenizer,
          contextLength: input.contextLength,
          ...(input.layout && { layout: input.layout }),
        },
        inputs: { corpus, ...(existingTokenizer && { existingTokenizer }) },
        compute: () =>
          withHeartbeat(async (signal) => {
            const read = await readCorpus(corpus);
            const json = existingTokenizer
              ? (await artifacts.readBytes(existingTokenizer)).toString('utf8')
              : await train(input, read.texts, signal);
            const tokenizer =
              existingTokenizer ??
              (await artifacts.putBytes(Buffer.from(json), { mediaType: mediaTypes.tokenizer }));
            const encoded = await encode(json, input, { corpus: read, signal });
            return {
              result: { tokenizer, ...encoded },
              outputs: { tokenizer, tokens: encoded.tokens },
              metrics: encoded.statistics,
            };
          }),
      });
    },
  };
}
