// A tokenizer and a model that belong together.
import { CoppiceFailure } from '../../contracts/failures.ts';

interface Sized {
  readonly vocabularySize: number;
}

/**
 * @param model may have more tokens, for those that it was padded by
 * @throws CoppiceFailure InvalidInput, naming both sizes, where the tokenizer has tokens that the model lacks
 */
export function checkVocabulary(tokenizer: Sized, model: Sized): void {
  if (tokenizer.vocabularySize <= model.vocabularySize) return;
  throw new CoppiceFailure(
    'InvalidInput',
    `tokenizer.json has ${tokenizer.vocabularySize} tokens, the model ${model.vocabularySize}`,
  );
}
