// What a language model is worth on held-out text: loss, perplexity, bits per byte.
import type { LanguageFigures } from '../../contracts/training-job.ts';

/**
 * @param loss mean over the tokens, in nats
 * @param text how much text the loss was measured on
 * @example languageFigures(Math.log(2), { documents: 1, tokens: 8, bytes: 16 }) → perplexity 2, 0.5 bits per byte
 */
export function languageFigures(
  loss: number,
  { documents, tokens, bytes }: Pick<LanguageFigures, 'documents' | 'tokens' | 'bytes'>,
): LanguageFigures {
  const bits = (loss * tokens) / Math.LN2;
  return {
    loss,
    perplexity: Math.exp(loss),
    bitsPerByte: bits / Math.max(1, bytes),
    documents,
    tokens,
    bytes,
  };
}
