// The pipeline's Tokenizer over Hugging Face tokenizers' native library, which reads tokenizer.json and encodes on
// threads of its own. Cutting and padding are done here: the library's settings for them are shared by all calls.
import { type Encoding, Tokenizer as NativeTokenizer } from 'tokenizers';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { readPlainly } from '../../pipeline/tokenization/plain-texts.ts';
import type { EncodedBatch, EncodedText, Tokenizer, Word } from '../../pipeline/tokenization/tokenizer.ts';
import { idBytesOf } from '../../pipeline/training/token-rows.ts';

// Texts handed to the library at once: enough for its threads, few enough to keep the copy into rows under 20 ms.
const CHUNK = 256;

/**
 * Loads a tokenizer.
 * @param json text of a tokenizer.json with the special tokens and the [CLS] … [SEP] template of BERT
 * @throws CoppiceFailure InvalidInput where it is not such a file
 */
export async function loadTokenizer(json: string): Promise<Tokenizer> {
  const { native, controlIds } = parse(json);
  native.disableTruncation();
  native.disablePadding();
  const special = {
    padId: idOf(native, '[PAD]'),
    unknownId: idOf(native, '[UNK]'),
    clsId: idOf(native, '[CLS]'),
    sepId: idOf(native, '[SEP]'),
    maskId: idOf(native, '[MASK]'),
  };
  const empty = (await native.encode('')).getIds();
  if (empty.join() !== [special.clsId, special.sepId].join()) {
    throw new CoppiceFailure('InvalidInput', 'expected a tokenizer.json whose template is [CLS] text [SEP]');
  }
  const vocabularySize = native.getVocabSize();
  const cutter: Cutter = { padId: special.padId, sepId: special.sepId };
  return {
    ...special,
    vocabularySize,
    encode: (text, maximumLength) =>
      encode(native, text, { ...cutter, maximumLength: checked(maximumLength) }),
    encodeBatch: (texts, maximumLength) =>
      encodeBatch(native, texts, { ...cutter, maximumLength: checked(maximumLength), vocabularySize }),
    encodeWhole: (texts) => encodeWhole(native, texts),
    words: (texts) => wordsOf(native, texts),
    tokens: async (text) => (await native.encode(text, null, { addSpecialTokens: false })).getTokens(),
    decode: createDecode(native, controlIds),
  };
}

interface Cutter {
  readonly padId: number;
  readonly sepId: number;
}

interface RowShape extends Cutter {
  readonly maximumLength: number;
}

function parse(json: string): {
  readonly native: NativeTokenizer;
  readonly controlIds: ReadonlySet<number>;
} {
  try {
    const { json: plain, controlIds } = readPlainly(json);
    return { native: NativeTokenizer.fromString(plain), controlIds };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CoppiceFailure('InvalidInput', `expected a tokenizer.json: ${reason}`);
  }
}

function idOf(native: NativeTokenizer, token: string): number {
  const id = native.tokenToId(token);
  if (id === null)
    throw new CoppiceFailure('InvalidInput', `expected ${token} in the vocabulary of tokenizer.json`);
  return id;
}

/** The library's own, which hands each call to a thread, takes five times as long for the few tokens of a step. */
function createDecode(native: NativeTokenizer, controlIds: ReadonlySet<number>): Tokenizer['decode'] {
  const decoder = native.getDecoder();
  const tokens: (string | null)[] = [];
  const tokenOf = (id: number): string | null =>
    (tokens[id] ??= controlIds.has(id) ? null : native.idToToken(id));
  return (ids) => {
    const known = Array.from(ids, tokenOf).filter((token) => token !== null);
    return Promise.resolve(decoder?.decode(known) ?? known.join(' '));
  };
}

function checked(maximumLength: number): number {
  if (Number.isInteger(maximumLength) && maximumLength >= 2) return maximumLength;
  throw new CoppiceFailure(
    'InvalidInput',
    `expected a maximum length of 2 ids or more, not ${maximumLength}`,
  );
}

/** Copies ids into a row; of a text that is too long, the end is cut before its [SEP]. */
function writeRow(ids: readonly number[], row: Int32Array | Uint16Array, shape: RowShape): number {
  const length = Math.min(ids.length, shape.maximumLength);
  for (let index = 0; index < length; index += 1) row[index] = ids[index];
  if (ids.length > length) row[length - 1] = shape.sepId;
  row.fill(shape.padId, length);
  return length;
}

async function encode(native: NativeTokenizer, text: string, shape: RowShape): Promise<EncodedText> {
  const full = (await native.encode(text)).getIds();
  const ids = new Int32Array(shape.maximumLength);
  return { ids, length: writeRow(full, ids, shape), fullLength: full.length };
}

async function encodeBatch(
  native: NativeTokenizer,
  texts: readonly string[],
  shape: RowShape & { readonly vocabularySize: number },
): Promise<EncodedBatch> {
  const size = texts.length * shape.maximumLength;
  const ids = idBytesOf(shape.vocabularySize) === 2 ? new Uint16Array(size) : new Int32Array(size);
  const lengths = new Int32Array(texts.length);
  const fullLengths = new Int32Array(texts.length);
  const start = (from: number) => native.encodeBatch(texts.slice(from, from + CHUNK));
  let running = start(0);
  for (let from = 0; from < texts.length; from += CHUNK) {
    const encodings = await running;
    running = start(from + CHUNK); // the library works while these rows are copied
    encodings.forEach((encoding, index) => {
      const full = encoding.getIds();
      const row = from + index;
      const place = ids.subarray(row * shape.maximumLength, (row + 1) * shape.maximumLength);
      lengths[row] = writeRow(full, place, shape);
      fullLengths[row] = full.length;
    });
  }
  return { ids, lengths, fullLengths };
}

async function* encodeWhole(native: NativeTokenizer, texts: readonly string[]): AsyncGenerator<number[][]> {
  for (let from = 0; from < texts.length; from += CHUNK) {
    const encodings = await native.encodeBatch(texts.slice(from, from + CHUNK), { addSpecialTokens: false });
    yield encodings.map((encoding) => encoding.getIds());
  }
}

async function wordsOf(native: NativeTokenizer, texts: readonly string[]): Promise<Word[][]> {
  const words: Word[][] = [];
  for (let from = 0; from < texts.length; from += CHUNK) {
    const chunk = texts.slice(from, from + CHUNK);
    const encodings = await native.encodeBatch(chunk);
    encodings.forEach((encoding, index) => void words.push(wordsIn(chunk[index], encoding)));
  }
  return words;
}

/** The library counts code points, and gives white space to the word behind it where bytes are encoded. */
function wordsIn(text: string, encoding: Encoding): Word[] {
  const units = unitsOf(text);
  const offsets = encoding.getOffsets();
  const words: Word[] = [];
  let before: number | null | undefined;
  for (const [token, word] of encoding.getWordIds().entries()) {
    const [start, end] = offsets[token].map((point) => units(point));
    if (word === null || word === undefined) continue;
    if (word === before) words[words.length - 1] = { ...words[words.length - 1], end };
    else words.push({ start, end, token });
    before = word;
  }
  return words.flatMap(({ start, end, token }) => {
    const piece = text.slice(start, end);
    const first = end - piece.trimStart().length;
    return piece.trim() === '' ? [] : [{ start: first, end: first + piece.trim().length, token }];
  });
}

/** @returns what gives the offset in UTF-16 code units of a code point, each not far from the last */
function unitsOf(text: string): (point: number) => number {
  let [points, units] = [0, 0];
  const width = (at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
  return (point) => {
    if (point < points) [points, units] = [0, 0];
    for (; points < point; points += 1) units += width(units);
    return units;
  };
}
