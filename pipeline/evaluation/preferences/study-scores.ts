// What people's judgements come to: a score for each system with its interval, how often each was preferred, and how far
// people agree.
import type { PreferenceJudgement, StudyScores } from '../../../contracts/preference-study.ts';
import { bootstrapTable } from '../bootstrap.ts';
import { type Comparison, fitBradleyTerry } from './bradley-terry.ts';

/** As chess has it: 400 points are odds of ten to one. */
const POINTS = 400 / Math.LN10;
const MEAN = 1_000;
/** Resamples of fewer prompts are too much alike to say how sure a score is. */
const LEAST_ITEMS = 10;

/**
 * Scores the systems of a study. Intervals are percentiles of a bootstrap over prompts, since judgements of one prompt go
 * together.
 * @param systems in the order of the result
 * @returns points of the Elo scale, 1,000 in the mean, without an interval where fewer than ten prompts were judged
 */
export function scoreStudy(
  systems: readonly string[],
  judgements: readonly PreferenceJudgement[],
  { seed = 1, resamples = 1_000 }: { readonly seed?: number; readonly resamples?: number } = {},
): StudyScores {
  const indices = new Map(systems.map((system, index) => [system, index]));
  const indexOf = (system: string): number => indices.get(system) ?? -1;
  const byItem = new Map<string, Comparison[]>();
  for (const { item, pair, preferred } of judgements) {
    const [first, second] = pair;
    const score = preferred === null ? 0.5 : preferred === first ? 1 : 0;
    const comparison = { first: indexOf(first), second: indexOf(second), score };
    byItem.set(item, [...(byItem.get(item) ?? []), comparison]);
  }
  const items = [...byItem.values()];
  const measure = (chosen: ArrayLike<number>): Record<string, number> => {
    const strengths = fitBradleyTerry(
      systems.length,
      Array.from(chosen).flatMap((item) => items[item]),
    );
    return Object.fromEntries(systems.map((system, index) => [system, MEAN + POINTS * strengths[index]]));
  };
  const points = measure(items.map((_, item) => item));
  const intervals = bootstrapTable(systems, measure, {
    ...{ examples: items.length, seed, resamples },
    method: 'percentile',
  });
  return {
    judgements: judgements.length,
    systems: systems.map((system) => ({
      system,
      points: points[system],
      interval: items.length < LEAST_ITEMS ? null : intervals[system],
      ...tally(system, judgements),
    })),
    agreement: agreementOf(judgements),
  };
}

function tally(system: string, judgements: readonly PreferenceJudgement[]) {
  const counts = { preferred: 0, ties: 0, judged: 0 };
  for (const { pair, preferred } of judgements) {
    if (!pair.includes(system)) continue;
    counts.judged += 1;
    if (preferred === system) counts.preferred += 1;
    if (preferred === null) counts.ties += 1;
  }
  return counts;
}

/** Share of the pairs of judgements of one comparison, by different people, that say the same; null without any. */
function agreementOf(judgements: readonly PreferenceJudgement[]): number | null {
  const byComparison = new Map<string, PreferenceJudgement[]>();
  for (const judgement of judgements) {
    const key = JSON.stringify([judgement.item, [...judgement.pair].sort()]);
    byComparison.set(key, [...(byComparison.get(key) ?? []), judgement]);
  }
  let pairs = 0;
  let same = 0;
  for (const all of byComparison.values()) {
    for (const [place, one] of all.entries()) {
      for (const other of all.slice(place + 1)) {
        if (one.by === other.by) continue;
        pairs += 1;
        if (one.preferred === other.preferred) same += 1;
      }
    }
  }
  return pairs === 0 ? null : same / pairs;
}
