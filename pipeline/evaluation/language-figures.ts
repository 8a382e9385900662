// What a language model is worth on held-out text: loss, perplexity, bits per byte.
import type { GateSpec } from '../../contracts/model-spec/judgement.ts';
import { languageMetrics } from '../../contracts/model-spec/judgement.ts';
import type { LanguageFigures } from '../../contracts/training-job.ts';
import type { GateVerdict } from './gates.ts';
import { judgeGates } from './gates.ts';

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

/**
 * Judges a language model against the gates of its spec; no interval is told, since documents differ in length.
 * @param champion the version in service on the same documents, where there is one
 */
export function judgeLanguageModel(
  figures: LanguageFigures,
  gates: readonly GateSpec[],
  champion?: LanguageFigures,
): GateVerdict {
  const tableOf = (judged: LanguageFigures) =>
    Object.fromEntries(languageMetrics.map((name) => [name, { value: judged[name], interval: null }]));
  return judgeGates(gates, {
    candidate: tableOf(figures),
    ...(champion && { champion: tableOf(champion) }),
  });
}
