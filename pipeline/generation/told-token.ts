// What is told of a token beside its id: how likely the model held it, and which others it held likeliest in its place.
import { largest } from './largest.ts';
import { logSumOf } from './processors.ts';

export interface ToldToken {
  readonly id: number;
  /** Logarithm of the model's own probability, before temperature and the like. */
  readonly logProbability: number;
  /** The likeliest tokens in its place, by the same probabilities, the likeliest first; where they were asked for. */
  readonly alternatives?: readonly { readonly id: number; readonly logProbability: number }[] | undefined;
}

/**
 * @param logits [V] the model's own
 * @param id of the token that stands there
 * @param alternatives so many of the likeliest, 0 for none
 */
export function toldToken(logits: Float32Array, id: number, alternatives: number): ToldToken {
  const total = logSumOf(logits);
  const tell = (of: number) => ({ id: of, logProbability: logits[of] - total });
  return { ...tell(id), ...(alternatives > 0 && { alternatives: largest(logits, alternatives).map(tell) }) };
}
