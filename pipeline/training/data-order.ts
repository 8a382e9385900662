// The order in which examples are seen: each epoch is a permutation drawn from (seed, epoch), and steps cut the epochs'
// concatenation into batches, so that any step's batch can be told without those before it.
import { randomFor } from './streams.ts';

/** Which examples make which batch. */
export interface DataOrder {
  readonly totalSteps: number;
  /** @returns indices of the examples of a step, `batchSize` of them, fewer only in the last step. */
  readonly batch: (step: number) => Int32Array;
}

export interface DataOrderOptions {
  readonly seed: number;
  readonly batchSize: number;
  /** May be fractional. */
  readonly epochs: number;
  readonly maximumSteps?: number | undefined;
}

/** @param examples how many there are, at least 1 */
export function createDataOrder(examples: number, options: DataOrderOptions): DataOrder {
  const { seed, batchSize } = options;
  const total = Math.max(1, Math.round(options.epochs * examples));
  let cached = { epoch: -1, order: new Int32Array(0) };

  const orderOf = (epoch: number): Int32Array => {
    if (cached.epoch !== epoch) {
      const order = Int32Array.from({ length: examples }, (_, index) => index);
      cached = { epoch, order: randomFor(seed, 'order', epoch).shuffle(order) };
    }
    return cached.order;
  };
  const batch = (step: number): Int32Array => {
    const start = step * batchSize;
    return Int32Array.from({ length: Math.min(batchSize, total - start) }, (_, index) => {
      const position = start + index;
      return orderOf(Math.floor(position / examples))[position % examples];
    });
  };
  return { totalSteps: Math.min(Math.ceil(total / batchSize), options.maximumSteps ?? Infinity), batch };
}
