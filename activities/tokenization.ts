// Tokenization: a tokenizer learned from the corpus (or taken from the version that training goes on from), and the
// corpus as flat token ids, one row a document.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import { cleanDocumentSchema } from '../contracts/document.ts';
import type { TokenizationInput, TokenizationResult } from '../contracts/stage-results.ts';
import { countWordsSteps } from '../pipeline/tokenization/count-words.ts';
import { describeEncodings } from '../pipeline/tokenization/statistics.ts';
import type { Tokenizer } from '../pipeline/tokenization/tokenizer.ts';
import { writeTokenizerJson } from '../pipeline/tokenization/tokenizer-json.ts';
import { trainWordPieceSteps } from '../pipeline/tokenization/wordpiece-trainer.ts';
import { createBreather, drain, withHeartbeat } from './heartbeat.ts';
import { readShards } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';

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
    return { documents, texts };
  };

  const train = async ({ tokenizer }: TokenizationInput, texts: readonly string[], signal: AbortSignal) => {
    const { lowercase, vocabularySize, minimumFrequency } = tokenizer;
    const breathe = createBreather(signal);
    const counts = await drain(countWordsSteps(texts, { lowercase }), breathe);
    const { vocabulary } = await drain(
      trainWordPieceSteps(counts, { vocabularySize, minimumFrequency }),
      breathe,
    );
    return writeTokenizerJson(vocabulary, { lowercase });
  };

  const encode = async (
    json: string,
    input: TokenizationInput,
    corpus: { documents: string[]; texts: string[] },
  ) => {
    const tokenizer = await loadTokenizer(json);
    const batch = await tokenizer.encodeBatch(corpus.texts, input.contextLength);
    const { vocabularySize, padId, unknownId, clsId, sepId, maskId } = tokenizer;
    const meta = { rows: corpus.texts.length, contextLength: input.contextLength, vocabularySize };
    const tokens = await artifacts.putDirectory({
      'ids.bin': await artifacts.putBytes(bytesOf(Uint16Array.from(batch.ids)), {
        mediaType: mediaTypes.tokens,
      }),
      'lengths.bin': await artifacts.putBytes(bytesOf(Uint16Array.from(batch.lengths)), {
        mediaType: mediaTypes.tokens,
      }),
      'documents.json': await artifacts.putJson(corpus.documents),
      'meta.json': await artifacts.putJson({ ...meta, padId, unknownId, clsId, sepId, maskId }),
    });
    return {
      tokens,
      vocabularySize,
      statistics: describeEncodings(batch, { texts: corpus.texts, tokenizer }),
    };
  };

  return {
    /** Learns a tokenizer where none is given, and encodes the corpus with it. */
    async tokenizeCorpus(input: TokenizationInput): Promise<TokenizationResult> {
      const { corpus, existingTokenizer } = input;
      return runStage({
        stage: 'tokenization',
        run: input,
        parameters: { tokenizer: input.tokenizer, contextLength: input.contextLength },
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
            const encoded = await encode(json, input, read);
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

/** Little-endian on every platform that we run on. */
function bytesOf(values: Uint16Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
