import { describe, expect, it } from 'vitest';
import {
  countTokens,
  createStreamStatistics,
  describeEncodings,
} from '../../../../pipeline/tokenization/statistics.ts';
import type { EncodedBatch, Tokenizer } from '../../../../pipeline/tokenization/tokenizer.ts';

const unused = () => Promise.reject(new Error('not used here'));
const tokenizer: Tokenizer = {
  vocabularySize: 9,
  padId: 0,
  unknownId: 1,
  clsId: 2,
  sepId: 3,
  maskId: 4,
  encode: unused,
  encodeBatch: unused,
  encodeWhole: () => {
    throw new Error('not used here');
  },
  words: unused,
  tokens: unused,
  decode: unused,
};

const batch: EncodedBatch = {
  ids: Uint16Array.from([2, 5, 6, 3, 0, 2, 5, 1, 5, 3, 2, 3, 0, 0, 0]), // [3 * 5]
  lengths: Int32Array.from([4, 5, 2]),
  fullLengths: Int32Array.from([4, 9, 2]),
};

describe('describeEncodings', () => {
  it('counts tokens, unknown ones, the vocabulary in use and what was cut', () => {
    expect(describeEncodings(batch, { texts: ['one  two', ' a b\nc ', ''], tokenizer })).toEqual({
      texts: 3,
      tokens: 9,
      fertility: 9 / 5,
      unknownRate: 1 / 5,
      vocabularyCoverage: 2 / 4,
      truncatedFraction: 1 / 3,
      lengthP50: 4,
      lengthP90: 9,
      lengthP95: 9,
      lengthP99: 9,
      lengthMaximum: 9,
    });
  });

  it('gives zeros for an empty batch', () => {
    const empty = { ids: new Uint16Array(0), lengths: new Int32Array(0), fullLengths: new Int32Array(0) };
    const numbers = Object.values(describeEncodings(empty, { texts: [], tokenizer }));
    expect(numbers).toHaveLength(11);
    expect(new Set(numbers)).toEqual(new Set([0]));
  });
});

describe('countTokens', () => {
  it('tells of each row its tokens uncut, those that are in it, and the unknown ones', () => {
    expect(countTokens(batch, tokenizer.unknownId)).toEqual({
      tokens: Uint32Array.of(2, 7, 0),
      read: Uint32Array.of(2, 3, 0),
      unknown: Uint32Array.of(0, 1, 0),
    });
  });
});

describe('createStreamStatistics', () => {
  it('counts what whole texts are made of, with the token that ends each', () => {
    const statistics = createStreamStatistics(tokenizer);
    statistics.add([5, 6, 1], 'one  two');
    statistics.add([], '');
    expect(statistics.result()).toEqual({
      texts: 2,
      tokens: 3,
      fertility: 3 / 2,
      unknownRate: 1 / 3,
      vocabularyCoverage: 2 / 4,
      truncatedFraction: 0,
      lengthP50: 1,
      lengthP90: 4,
      lengthP95: 4,
      lengthP99: 4,
      lengthMaximum: 4,
    });
  });
});
