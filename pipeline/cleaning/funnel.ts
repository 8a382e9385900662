// What each step of a recipe did with the documents that reached it.
import type { FunnelRow } from '../../contracts/stage-results.ts';
import type { Verdict } from './working-document.ts';

/** UTF-8 bytes of a document's text before a step, and after it: 0 of one that was dropped. */
export interface Sizes {
  readonly before: number;
  readonly after: number;
}

const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : 1;

class StepCounter {
  readonly step: string;
  #kept = 0;
  #changed = 0;
  readonly #changes = new Map<string, number>();
  readonly #dropped = new Map<string, number>();
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(step: string) {
    this.step = step;
  }

  count(verdict: Verdict, { before, after }: Sizes): void {
    this.#bytesIn += before;
    this.#bytesOut += after;
    if (verdict.decision === 'keep') {
      this.#kept += 1;
      for (const mark of verdict.marks ?? []) this.#changes.set(mark, (this.#changes.get(mark) ?? 0) + 1);
    } else if (verdict.decision === 'change') {
      this.#changed += 1;
      for (const [kind, count] of Object.entries(verdict.counts ?? {}))
        this.#changes.set(kind, (this.#changes.get(kind) ?? 0) + count);
    } else this.#dropped.set(verdict.reason, (this.#dropped.get(verdict.reason) ?? 0) + 1);
  }

  row(): FunnelRow {
    const reasons = [...this.#dropped].sort(byName);
    const changes = [...this.#changes].sort(byName);
    const dropped = reasons.reduce((total, [, count]) => total + count, 0);
    return {
      step: this.step,
      in: this.#kept + this.#changed + dropped,
      kept: this.#kept,
      changed: this.#changed,
      dropped,
      reasons: Object.fromEntries(reasons),
      ...(changes.length > 0 && { changes: Object.fromEntries(changes) }),
      ...{ bytesIn: this.#bytesIn, bytesOut: this.#bytesOut },
    };
  }
}

/**
 * Makes the counters of a recipe.
 * @param steps names, in order; a step may stand twice
 */
export function createFunnel(steps: readonly string[]): {
  readonly count: (position: number, verdict: Verdict, sizes: Sizes) => void;
  readonly rows: () => FunnelRow[];
} {
  const counters = steps.map((step) => new StepCounter(step));
  return {
    count: (position, verdict, sizes) => counters[position].count(verdict, sizes),
    rows: () => counters.map((counter) => counter.row()),
  };
}
