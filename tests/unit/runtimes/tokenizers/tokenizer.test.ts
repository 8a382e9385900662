import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { bertNormalizer, bertPreTokenizer, nfcNormalizer, sequenceNormalizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import type { BpeVocabulary } from '../../../../pipeline/tokenization/bpe-trainer.ts';
import { trainBpe } from '../../../../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWords } from '../../../../pipeline/tokenization/byte-level-words.ts';
import { countWords } from '../../../../pipeline/tokenization/count-words.ts';
import type { NormalizationOptions } from '../../../../pipeline/tokenization/pre-tokenize.ts';
import { normalizeText, preTokenize } from '../../../../pipeline/tokenization/pre-tokenize.ts';
import { writeByteLevelJson, writeTokenizerJson } from '../../../../pipeline/tokenization/tokenizer-json.ts';
import { specialTokens } from '../../../../pipeline/tokenization/vocabulary.ts';
import { trainWordPiece } from '../../../../pipeline/tokenization/wordpiece-trainer.ts';
import { loadTokenizer } from '../../../../runtimes/tokenizers/tokenizer.ts';

interface Golden {
  readonly encodings: readonly { ids: number[]; tokens: string[]; cut: number[]; decoded: string }[];
}

// Made by tests/golden/make-tokenization.py with Hugging Face tokenizers 0.23.3 for Python.
const text = (name: string): string =>
  readFileSync(new URL(`../../../golden/${name}`, import.meta.url), 'utf8');
const corpus = JSON.parse(text('tokenization-corpus.json')) as string[];
const strings = [...(JSON.parse(text('tokenization-strings.json')) as string[]), ...corpus];
const { encodings } = JSON.parse(text('tokenization.json')) as Golden;

const trained = () => {
  const { vocabulary } = trainWordPiece(countWords(corpus), { vocabularySize: 500 });
  return loadTokenizer(writeTokenizerJson(vocabulary));
};

const padded = (ids: readonly number[], length: number): number[] => [
  ...ids,
  ...Array.from({ length: length - ids.length }, () => 0),
];

describe('loadTokenizer', () => {
  it('knows the size and the special tokens of what was trained', async () => {
    expect(await trained()).toMatchObject({
      vocabularySize: 500,
      padId: 0,
      unknownId: 1,
      clsId: 2,
      sepId: 3,
      maskId: 4,
    });
  });

  it('refuses what is no tokenizer.json', async () => {
    for (const json of ['', '{}', '{"version":"1.0"}']) {
      await expect(loadTokenizer(json)).rejects.toMatchObject({ type: 'InvalidInput' });
    }
  });

  it('refuses a tokenizer without BERT special tokens or template', async () => {
    const document = JSON.parse(writeTokenizerJson(specialTokens)) as Record<string, unknown>;
    const bare = JSON.stringify({ ...document, post_processor: null });
    await expect(loadTokenizer(bare)).rejects.toThrow(/\[CLS\] text \[SEP\]/);
    const nameless = JSON.stringify(document).replaceAll('[MASK]', '[GAP]');
    await expect(loadTokenizer(nameless)).rejects.toThrow(/expected \[MASK\]/);
  });

  it('pays no heed to the cutting and padding that a file asks for', async () => {
    const document = JSON.parse(text('tokenizer.json')) as Record<string, unknown>;
    const truncation = { direction: 'Right', max_length: 4, strategy: 'LongestFirst', stride: 0 };
    const tokenizer = await loadTokenizer(JSON.stringify({ ...document, truncation }));
    expect(await tokenizer.encode(corpus[0], 64)).toEqual(await (await trained()).encode(corpus[0], 64));
  });
});

describe('Tokenizer', () => {
  it('encodes, cuts and decodes as Hugging Face tokenizers for Python does', async () => {
    const tokenizer = await trained();
    for (const [index, golden] of encodings.entries()) {
      const string = strings[index];
      const length = golden.ids.length;
      const whole = await tokenizer.encode(string, length + 3);
      expect(whole).toEqual({
        ids: Int32Array.from(padded(golden.ids, length + 3)),
        length,
        fullLength: length,
      });
      const cut = await tokenizer.encode(string, 12);
      expect(cut).toEqual({
        ids: Int32Array.from(padded(golden.cut, 12)),
        length: golden.cut.length,
        fullLength: length,
      });
      expect(await tokenizer.tokens(string)).toEqual(golden.tokens);
      expect(await tokenizer.decode(golden.ids)).toBe(golden.decoded);
    }
    expect(encodings).toHaveLength(strings.length);
  });

  it('encodes a batch as its texts one by one', async () => {
    const tokenizer = await trained();
    const texts = Array.from({ length: 600 }, (_, index) => strings[index % strings.length]);
    const batch = await tokenizer.encodeBatch(texts, 24);
    expect(batch.ids).toBeInstanceOf(Uint16Array);
    expect(batch.ids).toHaveLength(600 * 24);
    const rows = await Promise.all(texts.map((string) => tokenizer.encode(string, 24)));
    expect(Array.from(batch.ids)).toEqual(rows.flatMap(({ ids }) => Array.from(ids)));
    expect(Array.from(batch.lengths)).toEqual(rows.map(({ length }) => length));
    expect(Array.from(batch.fullLengths)).toEqual(rows.map(({ fullLength }) => fullLength));
  });

  it('encodes no text into no row', async () => {
    const batch = await (await trained()).encodeBatch([], 24);
    expect([batch.ids.length, batch.lengths.length, batch.fullLengths.length]).toEqual([0, 0, 0]);
  });

  it('widens ids to 32 bits where the vocabulary needs it', async () => {
    const many = Array.from({ length: 65_532 }, (_, index) => `w${index}`);
    const tokenizer = await loadTokenizer(writeTokenizerJson([...specialTokens, ...many]));
    const batch = await tokenizer.encodeBatch(['w65531 w0'], 4);
    expect(batch.ids).toEqual(Int32Array.from([2, 65_536, 5, 3]));
  });

  it('refuses a row that cannot hold [CLS] and [SEP]', async () => {
    const tokenizer = await trained();
    for (const length of [1, 0, 2.5, Number.NaN]) {
      await expect(async () => tokenizer.encode('a', length)).rejects.toMatchObject({ type: 'InvalidInput' });
      await expect(async () => tokenizer.encodeBatch(['a'], length)).rejects.toMatchObject({
        type: 'InvalidInput',
      });
    }
  });

  it('takes lone surrogates for nothing', async () => {
    const tokenizer = await trained();
    const { ids } = await tokenizer.encode('wood\ud800 \udc00', 8);
    expect(ids).toEqual((await tokenizer.encode('wood', 8)).ids);
  });

  it('never yields [UNK] for characters seen both at the start of words and inside', async () => {
    const letters = ['a', 'b', 'q', '가', '나', '한', '👍', 'é'];
    const seen = letters.flatMap((first) => letters.map((second) => [first + second, 1] as const));
    const { vocabulary } = trainWordPiece(seen, { vocabularySize: 40, minimumFrequency: 1 });
    const tokenizer = await loadTokenizer(writeTokenizerJson(vocabulary));
    const word = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 100 });
    const sentences = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
    await fc.assert(
      fc.asyncProperty(sentences, async (sentence) => {
        const { ids, fullLength } = await tokenizer.encode(sentence, 1_000);
        expect(fullLength).toBeLessThanOrEqual(1_000);
        expect(ids).not.toContain(tokenizer.unknownId);
        expect(await tokenizer.decode(ids)).toBe(sentence);
      }),
    );
  });
});

describe('the normaliser of the pipeline', () => {
  // Planes 0 to 2, the start of 14 and of 15; the rest is one kind of character throughout.
  const starts = [...Array(96).keys(), 448, 480]
    .map((index) => index * 0x800)
    .filter((start) => start !== 0xd800);

  it.each([{}, { stripAccents: true }])(
    'treats every code point as the native one does, with %o',
    (options) => {
      const { stripAccents = false }: NormalizationOptions = options;
      const native = sequenceNormalizer([nfcNormalizer(), bertNormalizer({ stripAccents })]);
      const split = bertPreTokenizer();
      for (const start of starts) {
        const codes = Array.from({ length: 0x800 }, (_, index) => start + index);
        const line = codes.map((code) => `a${String.fromCodePoint(code)}b`).join(' ');
        const normalized = native.normalizeString(line);
        expect(normalizeText(line, options) === normalized, `code points from ${start}`).toBe(true);
        const words = split.preTokenizeString(normalized).map(([word]) => word);
        expect(preTokenize(normalized).join('\n') === words.join('\n'), `words from ${start}`).toBe(true);
      }
    },
  );
});

describe('a WordPiece tokenizer', () => {
  it('takes a word that it has not seen apart: unhappiness is un and ##happiness', async () => {
    const counts: [string, number][] = [
      ['undo', 5],
      ['unfair', 5],
      ['unkind', 5],
      ['myhappiness', 9],
      ['ourhappiness', 9],
    ];
    const { vocabulary } = trainWordPiece(counts, { vocabularySize: 200 });
    const tokenizer = await loadTokenizer(writeTokenizerJson(vocabulary));
    expect(await tokenizer.tokens('unhappiness')).toEqual(['un', '##happiness']);
  });
});

describe('a byte-level tokenizer', () => {
  const { cases, encodings: expected } = JSON.parse(text('bpe.json')) as {
    cases: BpeVocabulary[];
    encodings: { ids: number[]; decoded: string }[];
  };

  it.each(strings.map((string, index) => [string, expected[index]] as const))(
    'encodes %j as Hugging Face tokenizers for Python',
    async (string, { ids, decoded }) => {
      const tokenizer = await loadTokenizer(writeByteLevelJson(cases[0]));
      const { ids: row } = await tokenizer.encode(string, ids.length);
      expect([...row]).toEqual(ids);
      expect(await tokenizer.decode(ids)).toBe(decoded);
    },
  );

  it('knows no unknown text: it gives back whatever it was given', async () => {
    const tokenizer = await loadTokenizer(writeByteLevelJson(cases[0]));
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (string) => {
        const { ids, length } = await tokenizer.encode(string, 200);
        expect(await tokenizer.decode(ids.slice(0, length))).toBe(string.normalize('NFC'));
      }),
    );
  });

  it('counts and encodes in lower case where it is told to', async () => {
    const learned = trainBpe(countByteLevelWords(['LOW low Low ΣΑΣ'], { lowercase: true }), {
      vocabularySize: 300,
    });
    const tokenizer = await loadTokenizer(writeByteLevelJson(learned, { lowercase: true }));
    expect(learned.vocabulary).toContain('low');
    expect(await tokenizer.tokens('LOW')).toEqual(['low']);
    expect(await tokenizer.tokens('ΣΑΣ')).toEqual(await tokenizer.tokens('σασ'));
  });
});

describe('words', () => {
  const spellings = (text: string, words: readonly { start: number; end: number }[]) =>
    words.map(({ start, end }) => text.slice(start, end));
  const example = 'Zürich 😀 is in  Switzerland, they say.';
  const expected = ['Zürich', '😀', 'is', 'in', 'Switzerland', ',', 'they', 'say', '.'];

  it('stand where they stand in the text, in UTF-16 code units, beside the place of their first piece', async () => {
    const tokenizer = await trained();
    const [words] = await tokenizer.words([example]);
    expect(spellings(example, words)).toEqual(expected);
    const pieces = await tokenizer.tokens(example);
    const starts = pieces.flatMap((piece, at) => (piece.startsWith('##') ? [] : [at + 1]));
    expect(words.map(({ token }) => token)).toEqual(starts);
  });

  it('have no white space where bytes are encoded', async () => {
    const learned = trainBpe(countByteLevelWords(corpus, { lowercase: false }), { vocabularySize: 400 });
    const tokenizer = await loadTokenizer(writeByteLevelJson(learned, { lowercase: false }));
    const [words] = await tokenizer.words([example]);
    expect(spellings(example, words).join(' ')).toBe('Zürich 😀 is in Switzerland , they say .');
  });

  it('are in order and apart, whatever the text', async () => {
    const tokenizer = await trained();
    const texts = [...strings, ''];
    const all = await tokenizer.words(texts);
    expect(all).toHaveLength(texts.length);
    for (const [index, words] of all.entries()) {
      for (const [at, { start, end, token }] of words.entries()) {
        expect(start).toBeLessThan(end);
        expect(texts[index].slice(start, end)).toBe(texts[index].slice(start, end).trim());
        if (at > 0) expect(words[at - 1].end).toBeLessThanOrEqual(start);
        if (at > 0) expect(words[at - 1].token).toBeLessThan(token);
      }
    }
  });
});
