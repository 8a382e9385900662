// What a language model is worth on held-out text: loss, perplexity, bits per byte.
import type { GateSpec } from '../../contracts/model-spec/judgement.ts';
import type { LanguageFigures } from '../../contracts/training-job.ts';
import type { AnswerMeasures } from './answer-metrics.ts';
import type { GateVerdict } from './gates.ts';
import { judgeGates } from './gates.ts';
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

/** Figures of held-out documents and, where it was taught to answer, of held-out answers. */
export interface JudgedFigures {
  readonly documents: LanguageFigures;
  readonly answers?: LanguageFigures | undefined;
  /** Of prompts that it was asked, where it was asked any. */
  readonly measures?: AnswerMeasures | undefined;
}

/** @returns metrics of answers by their names */
export function answerTableOf({
  answers,
  measures,
}: Pick<JudgedFigures, 'answers' | 'measures'>): MetricTable {
  return {
    ...(answers && plainTable({ answerLoss: answers.loss, answerPerplexity: answers.perplexity })),
    ...measures?.systems[0].metrics,
  };
}

/**
 * @returns every metric by its name; those of whole documents without an interval, since documents differ in length
 */
export function languageTableOf({ documents, ...answering }: JudgedFigures): MetricTable {
  const { loss, perplexity, bitsPerByte } = documents;
  return { ...plainTable({ loss, perplexity, bitsPerByte }), ...answerTableOf(answering) };
}

/**
 * Judges a language model against the gates of its spec.
 * @param champion the version in service on the same documents, where there is one
 */
export function judgeLanguageModel(
  figures: JudgedFigures,
  gates: readonly GateSpec[],
  champion?: LanguageFigures,
): GateVerdict {
  return judgeGates(gates, {
    candidate: languageTableOf(figures),
    ...(champion && { champion: languageTableOf({ documents: champion }) }),
    ...(figures.measures && { baselines: figures.measures.systems.slice(1) }),
  });
}

const plainTable = (values: Readonly<Record<string, number>>): MetricTable =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, interval: null }]));
