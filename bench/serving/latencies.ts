// Latencies of requests, a median over rounds for each case and side: a table of throughput does not show them.
import { median, quantile } from '../measure.ts';

export function createLatencies() {
  const rounds = new Map<string, { readonly p50: number[]; readonly p99: number[] }>();
  return {
    /** The first round opens connections, and does not count. */
    add: (name: string, milliseconds: readonly number[]): void => {
      const known = rounds.get(name);
      if (!known) {
        rounds.set(name, { p50: [], p99: [] });
        return;
      }
      known.p50.push(quantile(milliseconds, 0.5));
      known.p99.push(quantile(milliseconds, 0.99));
    },
    /** @returns a line a case and side */
    lines: (): string[] =>
      [...rounds].map(
        ([name, { p50, p99 }]) =>
          `${name}: p50 ${median(p50).toFixed(1)} ms, p99 ${median(p99).toFixed(1)} ms`,
      ),
  };
}

export type Latencies = ReturnType<typeof createLatencies>;
