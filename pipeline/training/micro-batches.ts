// Gradient accumulation: a batch that is too large to be computed at once is computed in parts of equal shape, whose
// gradients are added up before the one update. What a part's graph takes less of than is fed is cut: the feeds of a
// batch are those of its parts, one after the other. A loss is a sum over rows of what each weighs in the whole batch,
// so that the parts' losses and gradients add up to the batch's, but for the rounding of another order of adding.
import type { Node } from '../graph/ir.ts';
import { sizeOf } from '../graph/shapes.ts';
import type { Feeds } from './session.ts';

export interface BatchOptions {
  readonly batchSize: number;
  /** Rows that are computed at once; absent: all of them. */
  readonly microBatchSize?: number | undefined;
}

/** @returns the rows of a part's graph */
export function rowsAtOnce({ batchSize, microBatchSize = batchSize }: BatchOptions): number {
  return Math.min(batchSize, microBatchSize);
}

/** @returns the rows of the batch that `rows` rows are fed as: whole parts, and none that is made up altogether */
export function paddedRows(rows: number, options: BatchOptions): number {
  const part = rowsAtOnce(options);
  return Math.ceil(rows / part) * part;
}

/**
 * Cuts the feeds of a batch into those of its parts. The seed of dropout serves all of them; each is told which it is by
 * the input `part`, so that its masks are its rows of the batch's.
 * @param inputs of the part's graph
 * @throws RangeError where an input is missing, or is not fed for as many parts as the others
 */
export function partsOf(inputs: readonly Node<'input'>[], feeds: Feeds): Feeds[] {
  const fed = new Map(Object.entries(feeds));
  const cut = inputs.flatMap(({ attributes: { name, shape } }) => {
    const values = fed.get(name);
    return name === 'seed' || name === 'part' ? [] : [{ name, size: sizeOf(shape), values }];
  });
  const counts = cut.map(({ size, values }) => (values?.length ?? 0) / size);
  const count = counts.find((parts) => parts >= 1 && Number.isInteger(parts)) ?? 1;
  const slices = cut.map(({ name, size, values }) => {
    if (values?.length !== count * size) {
      throw new RangeError(`input ${name}: expected ${count * size} numbers, got ${String(values?.length)}`);
    }
    return (part: number) => [name, values.subarray(part * size, (part + 1) * size)] as const;
  });
  return Array.from({ length: count }, (_, part) => ({
    ...feeds,
    ...Object.fromEntries(slices.map((slice) => slice(part))),
    part: Int32Array.of(part),
  }));
}
