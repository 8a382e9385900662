// What a gate found, and when an estimate passes: by its value, or by what its interval shows.
import type { GateInDoubt } from '../../contracts/model-spec/judgement.ts';
import type { Interval } from './bootstrap.ts';
import type { MetricEstimate } from './metric-table.ts';

/** A gate as it came out. */
export interface GateFinding {
  /** The candidate's metric, of the slice that is told where the gate judges slices; NaN where it has none. */
  readonly value: number;
  readonly interval: Interval | null;
  /** What the value was held against; null where there was nothing, as without a champion. */
  readonly bound: number | null;
  readonly passed: boolean;
  /** In words. */
  readonly reason: string;
  /** Slices that did not pass, the worst first. */
  readonly slices?: readonly string[];
  /** Candidate less champion, paired. */
  readonly difference?: MetricEstimate;
}

/** Which side of the bound passes; the bound itself does. */
export type PassingSide = 'above' | 'below';

/**
 * @param inDoubt what counts: the value alone; `passes`, failing only what the interval shows to fail; or `fails`, passing
 * only what it shows to pass
 */
export function passes(
  { value, interval }: MetricEstimate,
  { bound, side, inDoubt }: { bound: number; side: PassingSide; inDoubt: GateInDoubt },
): boolean {
  const meets = (number: number): boolean => (side === 'above' ? number >= bound : number <= bound);
  if (inDoubt === 'value') return meets(value);
  if (interval === null) return inDoubt === 'passes';
  const [worst, best] = side === 'above' ? [interval.low, interval.high] : [interval.high, interval.low];
  return meets(inDoubt === 'passes' ? best : worst);
}
