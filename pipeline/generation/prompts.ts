// What texts may begin with, and how far they may go.
import { CoppiceFailure } from '../../contracts/failures.ts';

export interface PromptLimits {
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly endOfTextId?: number;
}

/**
 * A prompt as the model reads it: an empty one is the end of text, which is what stands before a document.
 * @param name of the prompt, for the message
 * @throws CoppiceFailure InvalidInput where it is longer than the context (with a code in its details), has ids that the vocabulary lacks, or is empty
 * where the model knows no end of text
 */
export function checkedPrompt(
  ids: readonly number[],
  { vocabularySize, contextLength, endOfTextId }: PromptLimits,
  name = 'prompt',
): readonly number[] {
  const refuse = (problem: string, details = {}): never => {
    throw new CoppiceFailure('InvalidInput', `${name}: ${problem}`, details);
  };
  if (ids.length === 0) {
    const first = endOfTextId ?? refuse('expected a token at least: the model knows no end of text');
    return checkedPrompt([first], { vocabularySize, contextLength }, name);
  }
  if (ids.length > contextLength) {
    const problem = `expected at most ${contextLength} tokens, the model's context, got ${ids.length}`;
    refuse(problem, { code: 'context_length_exceeded' });
  }
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
  if (wrong !== undefined) refuse(`expected ids from 0 to ${vocabularySize - 1}, got ${wrong}`);
  return ids;
}

/** @returns how many tokens can follow: the last one is never read, so it may stand one past the context */
export function roomAfter(prompt: readonly number[], contextLength: number, wanted: number): number {
  return Math.min(wanted, contextLength - prompt.length + 1);
}

/** @throws CoppiceFailure InvalidInput for what is no count of tokens */
export function checkMaximumNewTokens(count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new CoppiceFailure(
    'InvalidInput',
    `maximumNewTokens: expected a whole number from 1 on, got ${count}`,
  );
}
