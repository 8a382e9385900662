// What each step of a recipe did with the documents that reached it.
import type { FunnelRow } from '../../contracts/stage-results.ts';
import type { Verdict } from './working-document.ts';

/** One step's row: `in = kept + changed + dropped`, with a few documents of each decision to look at. */
export interface Funnel extends FunnelRow {
  readonly samples: {
    readonly changed: readonly string[];
    readonly dropped: Readonly<Record<string, readonly string[]>>;
  };
}

const SAMPLES = 5; // ids a decision and reason: enough to look at, small enough for a report

const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : 1;

class StepCounter {
  readonly step: string;
  #kept = 0;
  readonly #changed = { count: 0, samples: [] as string[] };
  readonly #changes = new Map<string, number>();
  readonly #dropped = new Map<string, { count: number; samples: string[] }>();

  constructor(step: string) {
    this.step = step;
  }

  count(id: string, verdict: Verdict): void {
    if (verdict.decision === 'keep') {
      this.#kept += 1;
      for (const mark of verdict.marks ?? []) this.#changes.set(mark, (this.#changes.get(mark) ?? 0) + 1);
      return;
    }
    const tally =
      verdict.decision === 'change'
        ? this.#changed
        : (this.#dropped.get(verdict.reason) ?? { count: 0, samples: [] });
    tally.count += 1;
    if (verdict.decision === 'change')
      for (const [kind, count] of Object.entries(verdict.counts ?? {}))
        this.#changes.set(kind, (this.#changes.get(kind) ?? 0) + count);
    if (tally.samples.length < SAMPLES) tally.samples.push(id);
    if (verdict.decision === 'drop') this.#dropped.set(verdict.reason, tally);
  }

  row(): Funnel {
    const reasons = [...this.#dropped].sort(byName);
    const changes = [...this.#changes].sort(byName);
    const dropped = reasons.reduce((total, [, { count }]) => total + count, 0);
    return {
      step: this.step,
      in: this.#kept + this.#changed.count + dropped,
      kept: this.#kept,
      changed: this.#changed.count,
      dropped,
      reasons: Object.fromEntries(reasons.map(([reason, { count }]) => [reason, count])),
      ...(changes.length > 0 && { changes: Object.fromEntries(changes) }),
      samples: {
        changed: [...this.#changed.samples],
        dropped: Object.fromEntries(reasons.map(([reason, { samples }]) => [reason, [...samples]])),
      },
    };
  }
}

/**
 * Makes the counters of a recipe.
 * @param steps names, in order; a step may stand twice
 */
export function createFunnel(steps: readonly string[]): {
  readonly count: (position: number, id: string, verdict: Verdict) => void;
  readonly rows: () => Funnel[];
} {
  const counters = steps.map((step) => new StepCounter(step));
  return {
    count: (position, id, verdict) => counters[position].count(id, verdict),
    rows: () => counters.map((counter) => counter.row()),
  };
}
