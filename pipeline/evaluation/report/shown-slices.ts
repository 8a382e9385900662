// Which slices a report shows; the evidence has all of them.
import type { SliceFigure } from '../slice-figures.ts';
import type { EvaluationReport } from './report.ts';

/** A dimension shows no more slices than that, its largest. */
const MOST_SHOWN = 12;

/** @returns what page and plot show: nothing of a dimension with one slice, which is the whole */
export function shownSlices({ slices }: Pick<EvaluationReport, 'slices'>): SliceFigure[] {
  return slices.filter((slice) => {
    const alike = slices.filter(({ by }) => by === slice.by);
    return alike.length > 1 && alike.indexOf(slice) < MOST_SHOWN;
  });
}
