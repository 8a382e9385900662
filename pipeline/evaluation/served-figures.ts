// How fast and how large a version is as it will be served.
import { quantile } from './bootstrap.ts';
import type { MetricTable } from './metric-table.ts';

export interface ServedFigures {
  /** Held-out texts that it answered one at a time, after it had answered each of them once. */
  readonly texts: number;
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
  readonly tokensPerSecond: number;
  /** Of weights, configuration and tokenizer. */
  readonly packageBytes: number;
}

/**
 * @param answers time and tokens of each answer, one at least
 */
export function servedFigures(
  answers: readonly { readonly milliseconds: number; readonly tokens: number }[],
  packageBytes: number,
): ServedFigures {
  const sorted = Float64Array.from(answers, ({ milliseconds }) => milliseconds).sort();
  const seconds = sorted.reduce((sum, each) => sum + each, 0) / 1_000;
  return {
    texts: answers.length,
    latencyP50Ms: quantile(sorted, 0.5),
    latencyP95Ms: quantile(sorted, 0.95),
    tokensPerSecond: answers.reduce((sum, { tokens }) => sum + tokens, 0) / seconds,
    packageBytes,
  };
}

/** What gates may bound. */
export function budgetTable(served: ServedFigures | undefined): MetricTable {
  if (served === undefined) return {};
  const { latencyP95Ms, packageBytes } = served;
  return {
    latencyP95Ms: { value: latencyP95Ms, interval: null },
    packageBytes: { value: packageBytes, interval: null },
  };
}
