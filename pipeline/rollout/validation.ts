// Whether a version may have any traffic at all: it answers what the version in service answers, and not far more slowly.
import type { ValidationResult } from '../../contracts/messages.ts';

/** What came of one question. */
export type ValidationAnswer =
  | { readonly outcome: 'answered'; readonly milliseconds: number }
  /** The model's recipe drops the text. */
  | { readonly outcome: 'unreadable'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly reason: string };

/** Below this, a ratio of latencies is one of noise. */
const slackMs = 50;

/**
 * @param answers of both versions to the same questions, in the same order; none of the champion where none serves
 * @param maximumLatencyRatio of the medians
 */
export function judgeValidation(
  {
    candidate,
    champion,
  }: { readonly candidate: readonly ValidationAnswer[]; readonly champion: readonly ValidationAnswer[] },
  maximumLatencyRatio: number,
): ValidationResult {
  const faults = new Set(candidate.flatMap((answer, index) => faultOf(answer, champion.at(index)) ?? []));
  const [own, others] = [medianMs(candidate), medianMs(champion)];
  const isSlow =
    own !== undefined &&
    others !== undefined &&
    own > Math.max(others * maximumLatencyRatio, others + slackMs);
  if (isSlow)
    faults.add(
      `half of its answers take ${own.toFixed(1)} ms and longer, limit ${maximumLatencyRatio} times the ${others.toFixed(1)} ms of the version in service`,
    );
  return {
    valid: faults.size === 0,
    reached: true,
    reasons: [...faults],
    answers: candidate.filter(({ outcome }) => outcome === 'answered').length,
    ...(own !== undefined && { medianMs: own }),
    ...(others !== undefined && { championMedianMs: others }),
  };
}

function faultOf(answer: ValidationAnswer, other: ValidationAnswer | undefined): string | undefined {
  if (answer.outcome === 'answered') return undefined;
  if (answer.outcome === 'failed') return `it does not answer: ${answer.reason}`;
  return other?.outcome === 'answered'
    ? `it cannot read what the version in service reads: ${answer.reason}`
    : undefined;
}

function medianMs(answers: readonly ValidationAnswer[]): number | undefined {
  const times = answers
    .flatMap((answer) => (answer.outcome === 'answered' ? [answer.milliseconds] : []))
    .sort((a, b) => a - b);
  if (times.length === 0) return undefined;
  const middle = times.length >> 1;
  return times.length % 2 === 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
}
