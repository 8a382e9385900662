import { describe, expect, it } from 'vitest';
import { byteCharacters } from '../../../../pipeline/tokenization/byte-alphabet.ts';
import { readableTokens } from '../../../../pipeline/tokenization/readable-tokens.ts';
import { writeByteLevelJson, writeTokenizerJson } from '../../../../pipeline/tokenization/tokenizer-json.ts';
import { specialTokens } from '../../../../pipeline/tokenization/vocabulary.ts';

const asBytes = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byteCharacters[byte]).join('');

describe('readable tokens', () => {
  it('of a vocabulary of bytes are their text, and of a part of a character its bytes', () => {
    const whole = new TextEncoder().encode(' 밥');
    const vocabulary = [...specialTokens, asBytes(whole), asBytes(whole.subarray(1, 3)), 'ok'];
    expect(readableTokens(writeByteLevelJson({ vocabulary, merges: [] }))).toEqual([
      ...specialTokens,
      ...[' 밥', '⟨EB B0⟩', 'ok'],
    ]);
  });

  it('of a vocabulary of word pieces are as they stand in it', () => {
    const vocabulary = [...specialTokens, 'mail', '##밥'];
    expect(readableTokens(writeTokenizerJson(vocabulary))).toEqual(vocabulary);
  });
});
