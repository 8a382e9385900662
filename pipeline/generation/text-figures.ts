// What a language model makes of a text: perplexity and bits per byte from the probabilities of its tokens.
import type { LanguageFigures } from '../../contracts/training-job.ts';
import { languageFigures } from '../evaluation/language-figures.ts';

/**
 * @param logProbabilities of each token that was predicted, natural logarithms
 * @param bytes of those tokens' text in UTF-8
 * @example textFigures([Math.log(0.5), Math.log(0.125)], 4) → perplexity 4, 1 bit per byte
 */
export function textFigures(logProbabilities: ArrayLike<number>, bytes: number): LanguageFigures {
  const tokens = logProbabilities.length;
  let sum = 0;
  for (let index = 0; index < tokens; index += 1) sum += logProbabilities[index];
  return languageFigures(tokens === 0 ? 0 : -sum / tokens, { documents: 1, tokens, bytes });
}
