// A corpus as token ids, in the layouts that contracts/training-job.ts states: rows for an encoder, a stream or pairs for a decoder.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { type ArtifactReference, mediaTypes } from '../contracts/artifact.ts';
import type { HeldOutQuestion, TokenExtension } from '../contracts/training-job.ts';
import type { TokenCounts, TokenizationStatistics } from '../pipeline/tokenization/statistics.ts';
import {
  countTokens,
  createStreamStatistics,
  describeEncodings,
  noTokens,
} from '../pipeline/tokenization/statistics.ts';
import type { Tokenizer } from '../pipeline/tokenization/tokenizer.ts';
import { idBytesOf } from '../pipeline/training/token-rows.ts';

/** Documents in collection order. */
export interface Corpus {
  /** Their ids. */
  readonly documents: readonly string[];
  readonly texts: readonly string[];
}

export interface EncodedCorpus {
  readonly tokens: ArtifactReference;
  readonly statistics: TokenizationStatistics;
  readonly counts: TokenCounts;
}

interface StreamOptions {
  readonly tokenizer: Tokenizer;
  /** Of a vocabulary that was extended. */
  readonly extension?: TokenExtension;
}

interface RowOptions extends StreamOptions {
  readonly contextLength: number;
  /** Ids of the tokens that continue a word. */
  readonly continuations: readonly number[];
}

/** One padded row a document; longer ones are cut. */
export async function writeTokenRows(
  artifacts: ArtifactStore,
  { documents, texts }: Corpus,
  { tokenizer, extension, contextLength, continuations }: RowOptions,
): Promise<EncodedCorpus> {
  const batch = await tokenizer.encodeBatch(texts, contextLength);
  const { vocabularySize, padId, unknownId, clsId, sepId, maskId } = tokenizer;
  const meta = { rows: texts.length, contextLength, vocabularySize };
  const tokens = await artifacts.putDirectory({
    'ids.bin': await putArray(artifacts, batch.ids),
    'lengths.bin': await putArray(artifacts, Uint16Array.from(batch.lengths)),
    'continuations.json': await artifacts.putJson(continuations),
    'documents.json': await artifacts.putJson(documents),
    'meta.json': await artifacts.putJson({ ...meta, padId, unknownId, clsId, sepId, maskId }),
    ...(extension && { 'extension.json': await artifacts.putJson(extension) }),
  });
  const statistics = describeEncodings(batch, { texts, tokenizer });
  return { tokens, statistics, counts: countTokens(batch, unknownId) };
}

/** Document after document, each with an end-of-text token behind it; nothing is cut. */
export async function writeTokenStream(
  artifacts: ArtifactStore,
  { documents, texts }: Corpus,
  { tokenizer, extension }: StreamOptions,
): Promise<EncodedCorpus> {
  const { vocabularySize, unknownId } = tokenizer;
  const endOfTextId = tokenizer.sepId; // what ends a text in this vocabulary
  const ends = new Float64Array(texts.length);
  const statistics = createStreamStatistics(tokenizer);
  const counts = noTokens(texts.length);
  let document = 0;
  let end = 0;

  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const chunk of tokenizer.encodeWhole(texts)) {
      const ids = chunk.flatMap((of) => [...of, endOfTextId]);
      for (const of of chunk) {
        statistics.add(of, texts[document]);
        counts.tokens[document] = counts.read[document] = of.length;
        counts.unknown[document] = of.filter((id) => id === unknownId).length;
        end += of.length + 1;
        ends[document] = end;
        document += 1;
      }
      yield bytesOf(idBytesOf(vocabularySize) === 2 ? Uint16Array.from(ids) : Uint32Array.from(ids));
    }
  }
  const tokens = await artifacts.putDirectory({
    'ids.bin': await artifacts.putStream(bytes(), { mediaType: mediaTypes.tokens }),
    'ends.bin': await putArray(artifacts, ends),
    'bytes.bin': await putArray(
      artifacts,
      Float64Array.from(texts, (text) => Buffer.byteLength(text)),
    ),
    'documents.json': await artifacts.putJson(documents),
    'meta.json': await artifacts.putJson({
      ...{ layout: 'stream', documents: texts.length, tokens: end },
      ...{ vocabularySize, endOfTextId },
    }),
    ...(extension && { 'extension.json': await artifacts.putJson(extension) }),
  });
  return { tokens, statistics: statistics.result(), counts };
}

/** A pair as it fits the context. */
export interface EncodedPair {
  readonly document: string;
  readonly ids: readonly number[];
  readonly answerStart: number;
  readonly answer: string;
}

interface PairOptions {
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  /** What the model is asked when it is evaluated. */
  readonly questions: readonly HeldOutQuestion[];
}

/** One padded row a pair. */
export async function writeTokenPairs(
  artifacts: ArtifactStore,
  pairs: readonly EncodedPair[],
  { tokenizer, contextLength, questions }: PairOptions,
): Promise<ArtifactReference> {
  const { vocabularySize, padId, sepId: endOfTextId } = tokenizer;
  const size = pairs.length * contextLength;
  const ids = idBytesOf(vocabularySize) === 2 ? new Uint16Array(size) : new Uint32Array(size);
  ids.fill(padId);
  for (const [row, pair] of pairs.entries()) ids.set(pair.ids, row * contextLength);
  const meta = { layout: 'pairs', rows: pairs.length, contextLength, vocabularySize, padId, endOfTextId };
  return artifacts.putDirectory({
    'ids.bin': await putArray(artifacts, ids),
    'lengths.bin': await putArray(
      artifacts,
      Uint16Array.from(pairs, (it) => it.ids.length),
    ),
    'answers.bin': await putArray(
      artifacts,
      Uint16Array.from(pairs, (it) => it.answerStart),
    ),
    'bytes.bin': await putArray(
      artifacts,
      Float64Array.from(pairs, ({ answer }) => Buffer.byteLength(answer)),
    ),
    'documents.json': await artifacts.putJson(pairs.map(({ document }) => document)),
    'answers.json': await artifacts.putJson(pairs.map(({ answer }) => answer)),
    'questions.json': await artifacts.putJson(questions),
    'meta.json': await artifacts.putJson(meta),
  });
}

function putArray(
  artifacts: ArtifactStore,
  values: Uint16Array | Uint32Array | Int32Array | Float64Array,
): Promise<ArtifactReference> {
  return artifacts.putBytes(bytesOf(values), { mediaType: mediaTypes.tokens });
}

/** Little-endian on every platform that we run on. */
function bytesOf(values: Uint16Array | Uint32Array | Int32Array | Float64Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
