// How well each slice fares, and which of them surely fare worse than the whole.
import type { SliceDimension } from '../../contracts/model-spec/judgement.ts';
import type { Interval } from './bootstrap.ts';
import { formatCount, formatNumber } from './format.ts';
import { holm, scoreTest, wilsonInterval } from './proportions.ts';
import type { Slice } from './slices.ts';

/** A slice of the held-out documents as the candidate answered it. */
export interface SliceFigure {
  readonly by: SliceDimension;
  readonly name: string;
  readonly documents: number;
  /** Share of them that got their label; within a label that is its recall. */
  readonly accuracy: number;
  /** Wilson's. */
  readonly interval: Interval | null;
  /** Of the version in service on the same documents, where there is one. */
  readonly champion?: number;
  /** Its accuracy is below that of all documents, and not by chance: Holm's correction over all slices, at 0.05. */
  readonly surelyWorse: boolean;
}

/** Smaller slices are shown, and neither tested nor judged by a gate. */
export const ENOUGH_DOCUMENTS = 20;

const LEVEL = 0.05;

/**
 * @param right whether the candidate got an example right [N]
 * @param championRight the same of the version in service
 */
export function measureSlices(
  slices: readonly Slice[],
  right: ArrayLike<boolean>,
  championRight?: ArrayLike<boolean>,
): SliceFigure[] {
  const count = (answers: ArrayLike<boolean>, members: Int32Array): number =>
    members.reduce((sum, example) => sum + (answers[example] ? 1 : 0), 0);
  const overall =
    count(
      right,
      Int32Array.from({ length: right.length }, (_, at) => at),
    ) / right.length;
  const figures = slices.map(({ by, name, members }) => {
    const documents = members.length;
    const successes = count(right, members);
    return {
      ...{ by, name, documents, accuracy: successes / documents },
      interval: wilsonInterval(successes, documents),
      ...(championRight && { champion: count(championRight, members) / documents }),
      pValue: scoreTest(successes, documents, overall),
    };
  });
  const tested = figures.filter(({ documents }) => documents >= ENOUGH_DOCUMENTS && documents < right.length);
  const corrected = holm(tested.map(({ pValue }) => pValue));
  const worse = new Set(tested.filter(({ accuracy }, at) => corrected[at] <= LEVEL && accuracy < overall));
  return figures.map((figure) => {
    const { pValue: _pValue, ...shown } = figure;
    return { ...shown, surelyWorse: worse.has(figure) };
  });
}

/** @returns `source “forum” (accuracy 0.700 on 120 documents)` for each slice that surely fares worse, the worst first */
export function nameWorst(figures: readonly SliceFigure[]): string[] {
  return figures
    .filter(({ surelyWorse }) => surelyWorse)
    .sort((a, b) => a.accuracy - b.accuracy)
    .map(
      ({ by, name, accuracy, documents }) =>
        `${by} “${name}” (accuracy ${formatNumber(accuracy)} on ${formatCount(documents)} documents)`,
    );
}
