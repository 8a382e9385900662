// What a language model is worth on held-out text: loss, perplexity, bits per byte.
import type { AnswerMetric, GateSpec } from '../../contracts/model-spec/judgement.ts';
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
 * @param answers figures of answers that were held out
 * @param exactMatch of prompts that it was asked; absent: it was asked none
 */
export function answerMetricsOf(
  { loss, perplexity }: Pick<LanguageFigures, 'loss' | 'perplexity'>,
  exactMatch?: number,
): Partial<Record<AnswerMetric, number>> {
  return {
    ...{ answerLoss: loss, answerPerplexity: perplexity },
    ...(exactMatch !== undefined && { exactMatch }),
  };
}

/** Figures of held-out documents and, where it was taught to answer, of held-out answers. */
export interface JudgedFigures {
  readonly documents: LanguageFigures;
  readonly answers?: LanguageFigures | undefined;
  /** Share of prompts that were answered to the letter, where it was asked any. */
  readonly exactMatch?: number | undefined;
}

/** @returns every metric by its name */
export function languageMetricsOf({ documents, answers, exactMatch }: JudgedFigures): Record<string, number> {
  const { loss, perplexity, bitsPerByte } = documents;
  return { loss, perplexity, bitsPerByte, ...(answers && answerMetricsOf(answers, exactMatch)) };
}

/**
 * Judges a language model against the gates of its spec; no interval is told, since documents differ in length.
 * @param champion the version in service on the same documents, where there is one
 */
export function judgeLanguageModel(
  figures: JudgedFigures,
  gates: readonly GateSpec[],
  champion?: LanguageFigures,
): GateVerdict {
  const tableOf = (judged: JudgedFigures) =>
    Object.fromEntries(
      Object.entries(languageMetricsOf(judged)).map(([name, value]) => [name, { value, interval: null }]),
    );
  return judgeGates(gates, {
    candidate: tableOf(figures),
    ...(champion && { champion: tableOf({ documents: champion }) }),
  });
}
