// A tokenizer.json of ours that is read to be extended, and the file that it becomes: all of it stays but its vocabulary
// and its merges, which grow at their ends.
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { TokenizerSpec } from '../../contracts/model-spec/learning.ts';
import type { BpeVocabulary } from './bpe-trainer.ts';
import { writeVocabulary } from './tokenizer-json.ts';

const normalizerSchema = z.looseObject({ type: z.string(), lowercase: z.boolean().optional() });

const documentSchema = z.looseObject({
  normalizer: normalizerSchema.extend({ normalizers: z.array(normalizerSchema).optional() }),
  model: z.looseObject({
    type: z.enum(['WordPiece', 'BPE']),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
    merges: z.array(z.tuple([z.string(), z.string()])).optional(),
  }),
});

/** What was learned, and how texts are brought to words. */
export interface TrainedTokenizer extends BpeVocabulary {
  readonly algorithm: TokenizerSpec['algorithm'];
  readonly lowercase: boolean;
  /** @returns the file's text with this vocabulary, and these merges where it has any, in place of its own */
  readonly withVocabulary: (vocabulary: Pick<BpeVocabulary, 'vocabulary'> & Partial<BpeVocabulary>) => string;
}

/**
 * @param json text of a tokenizer.json that was written here
 * @throws CoppiceFailure InvalidInput where it is another
 */
export function readTrainedTokenizer(json: string): TrainedTokenizer {
  const document = JSON.parse(json) as z.infer<typeof documentSchema>; // as it stands: a schema would sort its fields
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) {
    const message = `expected a tokenizer.json that can be extended: ${z.prettifyError(parsed.error)}`;
    throw new CoppiceFailure('InvalidInput', message);
  }
  const { model, normalizer } = document;
  const vocabulary: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) vocabulary[id] = token;
  return {
    algorithm: model.type === 'BPE' ? 'bpe' : 'wordpiece',
    lowercase: [normalizer, ...(normalizer.normalizers ?? [])].some(
      ({ type, lowercase }) => type === 'Lowercase' || lowercase === true,
    ),
    vocabulary,
    merges: model.merges ?? [],
    withVocabulary: ({ vocabulary: tokens, merges }) =>
      writeVocabulary(tokens, { ...document, model: { ...model, ...(merges && { merges }) } }),
  };
}

/**
 * What a model file asks for, held against the tokenizer that is to be extended.
 * @param wanted its `tokenizer` section
 * @param size tokens that are wanted
 * @throws CoppiceFailure InvalidInput where the two differ in what cannot be extended, or it has more tokens
 */
export function checkExtension(
  { algorithm, lowercase, vocabulary }: TrainedTokenizer,
  wanted: Pick<TokenizerSpec, 'algorithm' | 'lowercase'>,
  size: number,
): void {
  const problems: string[] = [];
  if (wanted.algorithm !== algorithm)
    problems.push(
      `tokenizer.algorithm: expected '${algorithm}', as it was learned, not '${wanted.algorithm}'`,
    );
  else if (wanted.lowercase !== lowercase)
    problems.push(`tokenizer.lowercase: expected ${lowercase}, as it was learned, not ${wanted.lowercase}`);
  if (size < vocabulary.length)
    problems.push(
      `tokenizer.extension.vocabularySize: expected more than the ${vocabulary.length} tokens that it has, not ${size}`,
    );
  if (problems.length === 0) return;
  const message = `the tokenizer of the version that training goes on from cannot be extended: ${problems.join('; ')}`;
  throw new CoppiceFailure('InvalidInput', message, { problems });
}
