// What the report says about a tokenizer on a corpus.
import type { EncodedBatch, Tokenizer } from './tokenizer.ts';

/** How well a tokenizer fits texts and rows fit their lengths; flat, so that it can stand among a stage's numbers. */
export type TokenizationStatistics = Readonly<{
  texts: number;
  /** Over all texts, uncut, [CLS] and [SEP] apart. */
  tokens: number;
  /** Tokens for each word between white space, uncut; 0 without words. 1 is best, above 2 the vocabulary is poor. */
  fertility: number;
  /** Share of the tokens in the rows that are [UNK], 0–1. */
  unknownRate: number;
  /** Share of the vocabulary, special tokens apart, that the rows use, 0–1. */
  vocabularyCoverage: number;
  /** Share of the texts that were cut, 0–1. */
  truncatedFraction: number;
  /** Percentiles of the uncut lengths, [CLS] and [SEP] included, nearest rank. */
  lengthP50: number;
  lengthP90: number;
  lengthP95: number;
  lengthP99: number;
  lengthMaximum: number;
}>;

/** Tokens of each text, [CLS], [SEP] and what ends a text apart. [N] each */
export interface TokenCounts {
  /** Uncut. */
  readonly tokens: Uint32Array;
  /** In what is trained on. */
  readonly read: Uint32Array;
  /** Of these, [UNK]. */
  readonly unknown: Uint32Array;
}

/** @param texts as many as there are */
export function noTokens(texts: number): TokenCounts {
  return { tokens: new Uint32Array(texts), read: new Uint32Array(texts), unknown: new Uint32Array(texts) };
}

/** Counts the tokens of texts that are encoded whole. */
export async function countWhole(
  texts: readonly string[],
  { encodeWhole, unknownId }: Pick<Tokenizer, 'encodeWhole' | 'unknownId'>,
): Promise<TokenCounts> {
  const counts = noTokens(texts.length);
  let text = 0;
  for await (const chunk of encodeWhole(texts)) {
    for (const ids of chunk) {
      counts.tokens[text] = counts.read[text] = ids.length;
      counts.unknown[text] = ids.filter((id) => id === unknownId).length;
      text += 1;
    }
  }
  return counts;
}

/** Counts the tokens of each row. */
export function countTokens({ ids, lengths, fullLengths }: EncodedBatch, unknownId: number): TokenCounts {
  const counts = noTokens(lengths.length);
  const width = lengths.length === 0 ? 0 : ids.length / lengths.length;
  lengths.forEach((length, row) => {
    counts.tokens[row] = fullLengths[row] - 2;
    counts.read[row] = length - 2;
    for (const id of ids.subarray(row * width + 1, row * width + length - 1)) {
      if (id === unknownId) counts.unknown[row] += 1;
    }
  });
  return counts;
}

/**
 * Describes a batch; all numbers are 0 where it is empty.
 * @param batch as `encodeBatch` gave it for the texts
 * @param context the texts, in the batch's order, and the tokenizer
 */
export function describeEncodings(
  batch: EncodedBatch,
  { texts, tokenizer }: { texts: readonly string[]; tokenizer: Tokenizer },
): TokenizationStatistics {
  const rows = countRows(batch, tokenizer);
  const tokens = batch.fullLengths.reduce((sum, length) => sum + length - 2, 0);
  const words = texts.reduce((sum, text) => sum + countWords(text), 0);
  const cut = batch.fullLengths.reduce((sum, length, row) => sum + (length > batch.lengths[row] ? 1 : 0), 0);
  return {
    texts: texts.length,
    tokens,
    fertility: ratio(tokens, words),
    unknownRate: ratio(rows.unknown, rows.tokens),
    vocabularyCoverage: ratio(rows.distinct, tokenizer.vocabularySize - rows.special),
    truncatedFraction: ratio(cut, texts.length),
    ...percentiles(batch.fullLengths),
  };
}

/**
 * Describes texts that are encoded whole, as they come; the lengths count the token that ends a text, and nothing is cut.
 */
export function createStreamStatistics({ vocabularySize, unknownId }: Tokenizer) {
  const lengths: number[] = [];
  const used = new Uint8Array(vocabularySize);
  let [tokens, words, unknown, distinct] = [0, 0, 0, 0];
  return {
    add(ids: readonly number[], text: string): void {
      lengths.push(ids.length + 1);
      tokens += ids.length;
      words += countWords(text);
      for (const id of ids) {
        if (id === unknownId) unknown += 1;
        else if (used[id] === 0) distinct += 1;
        used[id] = 1;
      }
    },
    result: (): TokenizationStatistics => ({
      texts: lengths.length,
      tokens,
      fertility: ratio(tokens, words),
      unknownRate: ratio(unknown, tokens),
      vocabularyCoverage: ratio(distinct, vocabularySize - SPECIAL_TOKENS),
      truncatedFraction: 0,
      ...percentiles(Int32Array.from(lengths)),
    }),
  };
}

const SPECIAL_TOKENS = 5; // [PAD] [UNK] [CLS] [SEP] [MASK]

/** Between white space. */
export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** @returns 0 of nothing */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Counts what the rows hold between [CLS] and [SEP]. */
function countRows({ ids, lengths }: EncodedBatch, tokenizer: Tokenizer) {
  const { padId, unknownId, clsId, sepId, maskId } = tokenizer;
  const special = new Set([padId, unknownId, clsId, sepId, maskId]);
  const used = new Uint8Array(tokenizer.vocabularySize);
  const width = lengths.length === 0 ? 0 : ids.length / lengths.length;
  let [tokens, unknown, distinct] = [0, 0, 0];
  lengths.forEach((length, row) => {
    for (const id of ids.subarray(row * width + 1, row * width + length - 1)) {
      tokens += 1;
      if (id === unknownId) unknown += 1;
      if (used[id] === 0 && !special.has(id)) distinct += 1;
      used[id] = 1;
    }
  });
  return { tokens, unknown, distinct, special: special.size };
}

function percentiles(lengths: Int32Array) {
  const sorted = lengths.toSorted();
  const at = (share: number): number => sorted.at(Math.max(0, Math.ceil(share * sorted.length) - 1)) ?? 0;
  return {
    lengthP50: at(0.5),
    lengthP90: at(0.9),
    lengthP95: at(0.95),
    lengthP99: at(0.99),
    lengthMaximum: at(1),
  };
}
