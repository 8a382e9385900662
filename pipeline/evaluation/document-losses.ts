// What held-out documents cost a language model, one by one, and every metric of it over any set of them: for intervals,
// slices and paired differences. N documents.
import type { LanguageMetric } from '../../contracts/model-spec/judgement.ts';
import type { DocumentLosses, LanguageFigures } from '../../contracts/training-job.ts';
import type { Statistic } from './bootstrap.ts';
import { allOf, bootstrapIntervals } from './bootstrap.ts';
import { createSumStatistic } from './generation/segments.ts';
import { languageFigures } from './language-figures.ts';
import type { MeasureOptions } from './measure.ts';
import type { MetricTable } from './metric-table.ts';

/** Documents one after the other, token by token. */
export interface ScoredStream {
  /** Of each token that was predicted, natural logarithms. */
  readonly logProbabilities: ArrayLike<number>;
  /** 1 where the token was the likeliest. */
  readonly likeliest: ArrayLike<number>;
}

/**
 * Tells documents apart that were scored one after the other.
 * @param lengths tokens of each document, its end of text included [N]
 * @param bytes of their texts in UTF-8 [N]
 */
export function lossesByDocument(
  { logProbabilities, likeliest }: ScoredStream,
  lengths: readonly number[],
  bytes: readonly number[],
): DocumentLosses {
  let at = 0;
  const found = lengths.map((length) => {
    let [loss, hits] = [0, 0];
    for (const end = at + length; at < end; at += 1) {
      loss -= logProbabilities[at];
      hits += likeliest[at];
    }
    return { loss, hits };
  });
  return {
    losses: found.map(({ loss }) => loss),
    tokens: [...lengths],
    likeliest: found.map(({ hits }) => hits),
    bytes: [...bytes],
  };
}

/** @returns the figures of all documents together */
export function figuresOfDocuments({ losses, tokens, bytes }: DocumentLosses): LanguageFigures {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const text = { documents: losses.length, tokens: sum(tokens), bytes: sum(bytes) };
  return languageFigures(text.tokens === 0 ? 0 : sum(losses) / text.tokens, text);
}

/** @returns every metric as a function of the documents that count; NaN where those have no text */
export function languageStatistics(documents: DocumentLosses): Record<LanguageMetric, Statistic> {
  const { losses, tokens, likeliest, bytes } = documents;
  const width = 4;
  const rows = Float64Array.from({ length: losses.length * width }, (_, at) => {
    const columns = [losses, tokens, likeliest, bytes];
    return columns[at % width][Math.floor(at / width)];
  });
  const of = (score: (sums: Float64Array) => number): Statistic => createSumStatistic(rows, width, score);
  return {
    loss: of(([loss, count]) => loss / count),
    perplexity: of(([loss, count]) => Math.exp(loss / count)),
    bitsPerByte: of(([loss, , , size]) => (size === 0 ? Number.NaN : loss / Math.LN2 / size)),
    nextTokenAccuracy: of(([, count, hits]) => hits / count),
  };
}

/** @returns the same of answers, whose losses are behind their prompts */
export function answerLossStatistics(
  answers: DocumentLosses,
): Record<'answerLoss' | 'answerPerplexity', Statistic> {
  const { loss, perplexity } = languageStatistics(answers);
  return { answerLoss: loss, answerPerplexity: perplexity };
}

/** @returns every metric with its bootstrap interval: documents are drawn, since tokens of one are not independent */
export function measureDocuments(documents: DocumentLosses, options: MeasureOptions): MetricTable {
  return tabulate(languageStatistics(documents), documents.losses.length, options);
}

/** @returns the same of answers: those are drawn */
export function measureAnswerLosses(answers: DocumentLosses, options: MeasureOptions): MetricTable {
  return tabulate(answerLossStatistics(answers), answers.losses.length, options);
}

function tabulate(
  statistics: Readonly<Record<string, Statistic>>,
  examples: number,
  options: MeasureOptions,
): MetricTable {
  const all = allOf(examples);
  const intervals = bootstrapIntervals(statistics, { ...options, examples });
  return Object.fromEntries(
    Object.entries(statistics).map(([name, statistic]) => [
      name,
      { value: statistic(all), interval: intervals[name] },
    ]),
  );
}
