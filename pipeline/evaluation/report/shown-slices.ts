// Which slices a report shows; the evidence has all of them.
import type { SliceFigure } from '../slice-figures.ts';

/** Whatever was measured slice by slice. */
export interface SlicedReport {
  readonly slices: readonly SliceFigure[];
}

/** A dimension shows no more slices than that, its largest. */
const MOST_SHOWN = 12;

/** @returns what page and plot show: nothing of a dimension with one slice, which is the whole */
export function shownSlices({ slices }: SlicedReport): SliceFigure[] {
  return slices.filter((slice) => {
    const alike = slices.filter(({ by }) => by === slice.by);
    return alike.length > 1 && alike.indexOf(slice) < MOST_SHOWN;
  });
}
