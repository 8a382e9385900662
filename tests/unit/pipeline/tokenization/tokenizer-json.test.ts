import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BpeVocabulary } from '../../../../pipeline/tokenization/bpe-trainer.ts';
import { countWords } from '../../../../pipeline/tokenization/count-words.ts';
import { writeByteLevelJson, writeTokenizerJson } from '../../../../pipeline/tokenization/tokenizer-json.ts';
import { specialTokens } from '../../../../pipeline/tokenization/vocabulary.ts';
import { trainWordPiece } from '../../../../pipeline/tokenization/wordpiece-trainer.ts';

// Made by tests/golden/make-tokenization.py: what Hugging Face tokenizers 0.23.3 saves for the same tokenizer.
const golden = (name: string): string =>
  readFileSync(new URL(`../../../golden/${name}`, import.meta.url), 'utf8');

describe('writeTokenizerJson', () => {
  it('writes the bytes that Hugging Face tokenizers saves', () => {
    const corpus = JSON.parse(golden('tokenization-corpus.json')) as string[];
    const { vocabulary } = trainWordPiece(countWords(corpus), { vocabularySize: 500 });
    expect(writeTokenizerJson(vocabulary)).toBe(golden('tokenizer.json'));
  });

  it('states the normalisation that the words were counted with', () => {
    const json = writeTokenizerJson(specialTokens, { lowercase: false, stripAccents: true, spaceCjk: false });
    expect(JSON.parse(json)).toMatchObject({
      normalizer: {
        normalizers: [
          { type: 'NFC' },
          { clean_text: true, handle_chinese_chars: false, strip_accents: true, lowercase: false },
        ],
      },
    });
  });

  it('keeps the order of tokens that look like numbers and escapes quotes', () => {
    const json = writeTokenizerJson([...specialTokens, 'b', '7', '"', '\\', '1']);
    expect(json).toContain('"b": 5,\n      "7": 6,\n      "\\"": 7,\n      "\\\\": 8,\n      "1": 9\n');
  });

  it('refuses a vocabulary that lacks a special token or repeats a token', () => {
    expect(() => writeTokenizerJson(specialTokens.slice(0, 4))).toThrow(/expected \[MASK\]/);
    expect(() => writeTokenizerJson([...specialTokens, 'a', 'a'])).toThrow(/each token stands once/);
  });
});

describe('writeByteLevelJson', () => {
  it('writes the file that Hugging Face tokenizers saves', () => {
    const { cases } = JSON.parse(golden('bpe.json')) as { cases: BpeVocabulary[] };
    expect(writeByteLevelJson(cases[0])).toBe(golden('bpe-tokenizer.json'));
  });
});
