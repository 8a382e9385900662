// Tokenization: a tokenizer learned from the corpus (or taken from the version that training goes on from, and extended
// where the model file asks for it), and the corpus as token ids.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import { cleanDocumentSchema } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { TokenizationInput, TokenizationResult } from '../contracts/stage-results.ts';
import type { TokenExtension } from '../contracts/training-job.ts';
import { trainBpeSteps } from '../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWordsSteps } from '../pipeline/tokenization/byte-level-words.ts';
import { countWordsSteps } from '../pipeline/tokenization/count-words.ts';
import { describeLanguages, gatherLanguagesSteps } from '../pipeline/tokenization/language-statistics.ts';
import { countWhole, type TokenCounts } from '../pipeline/tokenization/statistics.ts';
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
import { extendTokenizer } from './vocabulary-extension.ts';

export interface TokenizationActivityDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  readonly loadTokenizer: (json: string) => Promise<Tokenizer>;
}

/** The text of a tokenizer.json; that of the one before and what its new tokens were, where it was extended. */
interface MadeTokenizer {
  readonly json: string;
  readonly extended?: { readonly before: string; readonly extension: TokenExtension };
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
    {
      tokenizer,
      ...counts
    }: {
      readonly tokenizer: Tokenizer;
      readonly counts: TokenCounts;
      readonly countsBefore?: TokenCounts;
    },
    breathe: () => Promise<void>,
  ) => {
    const identify = await loadLanguageIdentifier();
    const languages: string[] = [];
    for (const text of texts) {
      languages.push(identify(text));
      await breathe();
    }
    const gathered = await drain(gatherLanguagesSteps({ texts, languages, ...counts }), breathe);
    return describeLanguages(gathered, tokenizer);
  };

  /** Takes the tokenizer that is given, or extends it, or learns one. */
  const makeTokenizer = async (
    input: TokenizationInput,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<MadeTokenizer> => {
    const { existingTokenizer, tokenizer: wanted } = input;
    if (existingTokenizer === undefined) return { json: await train(input, texts, signal) };
    const inherited = (await artifacts.readBytes(existingTokenizer)).toString('utf8');
    if (wanted.extension === undefined) return { json: inherited };
    const { vocabularySize } = wanted.extension;
    const work = { inherited, wanted, vocabularySize };
    const { json, ...extension } = await extendTokenizer(texts, work, createBreather(signal));
    // One that has as many tokens as are wanted stays as it is: later runs go on from it.
    return extension.parts.length === 0
      ? { json: inherited }
      : { json, extended: { before: inherited, extension } };
  };

  const encode = async (
    { json, extended }: MadeTokenizer,
    { layout, contextLength }: TokenizationInput,
    { corpus, signal }: { readonly corpus: Corpus; readonly signal: AbortSignal },
  ) => {
    const tokenizer = await loadTokenizer(json);
    const of = { tokenizer, ...(extended && { extension: extended.extension }) };
    const { counts, ...encoded } = await (layout === 'stream'
      ? writeTokenStream(artifacts, corpus, of)
      : writeTokenRows(artifacts, corpus, { ...of, contextLength, continuations: continuationIds(json) }));
    const countsBefore = extended && (await countWhole(corpus.texts, await loadTokenizer(extended.before)));
    const counted = { tokenizer, counts, ...(countsBefore && { countsBefore }) };
    const languages = await tellLanguages(corpus.texts, counted, createBreather(signal));
    return { ...encoded, vocabularySize: tokenizer.vocabularySize, languages };
  };

  return {
    /**
     * Learns a tokenizer where none is given, extends it where that is asked for, and encodes the corpus with it.
     * @throws InvalidInput where the corpus is empty, or the tokenizer cannot be extended so
     */
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
            const made = await makeTokenizer(input, read.texts, signal);
            const tokenizer =
              existingTokenizer && !made.extended
                ? existingTokenizer
                : await artifacts.putBytes(Buffer.from(made.json), { mediaType: mediaTypes.tokenizer });
            const encoded = await encode(made, input, { corpus: read, signal });
            const extension = extensionOf(input, made, encoded.vocabularySize);
            return {
              result: { tokenizer, ...encoded, ...(extension && { extension }) },
              outputs: { tokenizer, tokens: encoded.tokens },
              metrics: { ...encoded.statistics, ...(extension && { addedTokens: extension.added }) },
            };
          }),
      });
    },
  };
}

/** @returns what is told of an extension, where one was asked for */
function extensionOf(
  { tokenizer, existingTokenizer }: TokenizationInput,
  { extended }: MadeTokenizer,
  vocabularySize: number,
): TokenizationResult['extension'] {
  if (existingTokenizer === undefined || tokenizer.extension === undefined) return undefined;
  const added = extended?.extension.parts.length ?? 0;
  return { before: vocabularySize - added, added };
}
