// What a language model is worth on held-out text: loss, perplexity, bits per byte.
import type { LanguageFigures } from '../../contracts/training-job.ts';
import type { AnswerMeasures } from './answer-metrics.ts';
import type { MetricTable } from './metric-table.ts';

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

/** Of held-out answers, and of prompts that it was asked, where there are any. */
export interface AnswerFigures {
  readonly answers?: LanguageFigures | undefined;
  readonly measures?: AnswerMeasures | undefined;
}

/** @returns metrics of answers by their names */
export function answerTableOf({ answers, measures }: AnswerFigures): MetricTable {
  return {
    ...(answers && plainTable({ answerLoss: answers.loss, answerPerplexity: answers.perplexity })),
    ...measures?.systems[0].metrics,
  };
}

/** @returns figures of which no interval is known, as a table */
export const plainTable = (values: Readonly<Record<string, number>>): MetricTable =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, interval: null }]));
