// What came of each answer by one metric, from what gateways wrote down: on a scale of 0 to 1, higher is better.
import { scoredMetrics } from '../../contracts/model-spec/answer-scores.ts';
import { type OutcomeMetric, pairedMetrics } from '../../contracts/model-spec/rollout-test.ts';
import type { CompletionRecord, FeedbackRecord } from '../../contracts/observation.ts';

/** @returns whether people say it: they speak of some answers only, and may do so of one version more often */
export function isSaid(metric: OutcomeMetric): boolean {
  return !scoredMetrics.some((scored) => scored === metric);
}

/** @returns whether it is of two answers at once, one of each arm */
export function isPaired(metric: OutcomeMetric): metric is (typeof pairedMetrics)[number] {
  return pairedMetrics.some((paired) => paired === metric);
}

/**
 * @param completions - answers, with the scores that their gateway gave them
 * @param feedback - in any order; what was said last counts
 * @returns by response; nothing of what is compared in pairs (preference-differences.ts, accepted-differences.ts)
 */
export function outcomeValues(
  metric: OutcomeMetric,
  completions: readonly CompletionRecord[],
  feedback: readonly FeedbackRecord[],
): Map<string, number> {
  const values = new Map<string, number>();
  if (isPaired(metric)) return values;
  if (metric !== 'rating' && metric !== 'uncorrected') {
    for (const { id, scores } of completions) {
      const score = scores?.[metric];
      if (score !== undefined) values.set(id, score);
    }
    return values;
  }
  const inOrder = [...feedback].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const record of inOrder) {
    const value = metric === 'rating' ? ratingOf(record) : uncorrected(record, values.get(record.prediction));
    if (value !== undefined) values.set(record.prediction, value);
  }
  return values;
}

function ratingOf({ rating }: FeedbackRecord): number | undefined {
  if (rating === undefined || rating.maximum <= rating.minimum) return undefined;
  const value = (rating.value - rating.minimum) / (rating.maximum - rating.minimum);
  return Math.min(1, Math.max(0, value));
}

/** A correction takes an answer down for good; whatever else was said of it left it as it was. */
const uncorrected = ({ correction }: FeedbackRecord, before: number | undefined): number =>
  correction !== undefined || before === 0 ? 0 : 1;
