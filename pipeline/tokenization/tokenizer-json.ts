// Writes tokenizer.json, the file format of Hugging Face tokenizers (version "1.0"): for WordPiece as BERT has it, and for
// byte-level BPE as GPT-2 has it, both of text in NFC, with the template [CLS] A [SEP] or [CLS] A [SEP] B [SEP].
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { BpeVocabulary } from './bpe-trainer.ts';
import type { ByteLevelOptions } from './byte-level-words.ts';
import type { NormalizationOptions } from './pre-tokenize.ts';
import { normalizationOf } from './pre-tokenize.ts';
import { continuingPrefix, specialTokens } from './vocabulary.ts';

/** A word with more characters becomes [UNK]; BERT's value. */
export const MAXIMUM_CHARACTERS_PER_WORD = 100;

/**
 * Writes the file's text; the same vocabulary and options always give the same bytes.
 * @param vocabulary tokens by id; [PAD] [UNK] [CLS] [SEP] [MASK] must be among them, continuations start with "##"
 * @param normalization the options that the words were counted with
 * @throws CoppiceFailure InvalidInput where a special token is missing or a token stands twice
 */
export function writeTokenizerJson(
  vocabulary: readonly string[],
  normalization: NormalizationOptions = {},
): string {
  return write(vocabulary, {
    normalizer: normalizer(normalization),
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: continuingPrefix, cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: continuingPrefix,
      max_input_chars_per_word: MAXIMUM_CHARACTERS_PER_WORD,
      vocab: {},
    },
  });
}

/**
 * Writes the file of a byte-level BPE tokenizer: NFC, GPT-2's splitting into words, and a template as BERT's, so that
 * rows of texts look alike whatever the tokenizer.
 * @param options those that the words were counted with
 * @throws CoppiceFailure InvalidInput where a special token is missing or a token stands twice
 */
export function writeByteLevelJson(
  { vocabulary, merges }: BpeVocabulary,
  { lowercase = false }: ByteLevelOptions = {},
): string {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return write(vocabulary, {
    normalizer: lowercase
      ? { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] }
      : { type: 'NFC' },
    pre_tokenizer: byteLevel,
    decoder: { ...byteLevel, add_prefix_space: true }, // the library's default; decoding does not look at it
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: null },
      ...{ continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false },
      vocab: {},
      merges,
    },
  });
}

interface TokenizerParts {
  readonly normalizer: object;
  readonly pre_tokenizer: object;
  readonly decoder: object;
  readonly model: object;
}

/** Stands where the vocabulary goes. */
const VOCABULARY = 'the vocabulary';

function write(
  vocabulary: readonly string[],
  { normalizer, pre_tokenizer, decoder, model }: TokenizerParts,
): string {
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  if (ids.size !== vocabulary.length) {
    throw new CoppiceFailure('InvalidInput', 'expected a vocabulary in which each token stands once');
  }
  const document = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens
      .map((token) => addedToken(token, idOf(ids, token)))
      .sort((a, b) => a.id - b.id),
    normalizer,
    pre_tokenizer,
    post_processor: template(idOf(ids, '[CLS]'), idOf(ids, '[SEP]')),
    decoder,
    model,
  };
  return writeVocabulary(vocabulary, document);
}

/**
 * Writes a document whose model has a vocabulary; an object would put tokens that look like numbers first, so that is
 * written by hand, in the order of ids.
 */
export function writeVocabulary(vocabulary: readonly string[], document: { readonly model: object }): string {
  const entries = vocabulary.map((token, id) => `      ${JSON.stringify(token)}: ${id}`).join(',\n');
  const text = JSON.stringify({ ...document, model: { ...document.model, vocab: VOCABULARY } }, null, 2);
  return text.replace(`"vocab": "${VOCABULARY}"`, () => `"vocab": {\n${entries}\n    }`);
}

const vocabularySchema = z.object({
  model: z.object({
    type: z.string().optional(),
    continuing_subword_prefix: z.string().nullish(),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
  }),
});

/**
 * @param json the file's text
 * @returns its tokens by id, the name of its algorithm, and the mark of tokens that continue a word, where it has one
 * @throws CoppiceFailure InvalidInput where it has no vocabulary of strings
 */
export function readVocabulary(json: string) {
  const parsed = vocabularySchema.safeParse(JSON.parse(json));
  if (!parsed.success)
    throw new CoppiceFailure('InvalidInput', `expected a tokenizer.json: ${z.prettifyError(parsed.error)}`);
  const { type: algorithm, continuing_subword_prefix: prefix, vocab } = parsed.data.model;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(vocab)) tokens[id] = token;
  return { algorithm, tokens, prefix };
}

/**
 * @param json the file's text
 * @returns ids of the tokens that continue a word, ascending; none where a tokenizer marks them otherwise
 * @throws CoppiceFailure InvalidInput where it has no vocabulary of strings
 */
export function continuationIds(json: string): number[] {
  const { tokens, prefix } = readVocabulary(json);
  if (prefix == null || prefix === '') return [];
  return tokens.flatMap((token, id) => (token.startsWith(prefix) && token !== prefix ? [id] : []));
}

function idOf(ids: ReadonlyMap<string, number>, token: string): number {
  const id = ids.get(token);
  if (id === undefined) throw new CoppiceFailure('InvalidInput', `expected ${token} in the vocabulary`);
  return id;
}

function addedToken(content: string, id: number) {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}

function normalizer(options: NormalizationOptions) {
  const { lowercase, stripAccents, spaceCjk } = normalizationOf(options);
  const bert = {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: spaceCjk,
    strip_accents: stripAccents,
    lowercase,
  };
  return { type: 'Sequence', normalizers: [{ type: 'NFC' }, bert] };
}

/** The post-processor that puts special tokens around one text or two. */
function template(clsId: number, sepId: number) {
  const special = (id: string, typeId: number) => ({ SpecialToken: { id, type_id: typeId } });
  const sequence = (id: string, typeId: number) => ({ Sequence: { id, type_id: typeId } });
  const single = [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)];
  const declared = (token: string, id: number) => ({ id: token, ids: [id], tokens: [token] });
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, sequence('B', 1), special('[SEP]', 1)],
    special_tokens: { '[CLS]': declared('[CLS]', clsId), '[SEP]': declared('[SEP]', sepId) },
  };
}
