// The plots of a report. Those for which there are no data are left out.
import { calibrationPlot, thresholdPlot } from './decision-plots.ts';
import type { DrawnPlot, Plot } from './drawing.ts';
import { drawPlot } from './drawing.ts';
import { drawFunnelPlot } from './funnel-plot.ts';
import { learningPlot } from './learning-plot.ts';
import { precisionRecallPlot } from './precision-recall-plot.ts';
import type { EvaluationReport } from './report.ts';
import { drawSearchPlot } from './search-plot.ts';
import { drawSlicesPlot } from './slices-plot.ts';
import { comparisonPlot, rocPlot } from './system-plots.ts';

/** The plots by their place in the page. */
export interface DrawnPlots {
  readonly comparison: DrawnPlot | null;
  readonly roc: DrawnPlot | null;
  readonly precisionRecall: DrawnPlot | null;
  readonly threshold: DrawnPlot | null;
  readonly calibration: DrawnPlot | null;
  readonly pretraining: DrawnPlot | null;
  readonly learning: DrawnPlot | null;
  readonly search: DrawnPlot | null;
  readonly slices: DrawnPlot | null;
  readonly funnel: DrawnPlot | null;
}

/** Draws every plot that the report has data for. */
export async function drawPlots(report: EvaluationReport): Promise<DrawnPlots> {
  const draw = async (plot: Plot | null): Promise<DrawnPlot | null> =>
    plot === null ? null : drawPlot(plot);
  const [
    comparison,
    roc,
    precisionRecall,
    threshold,
    calibration,
    pretraining,
    learning,
    search,
    slices,
    funnel,
  ] = await Promise.all([
    draw(comparisonPlot(report)),
    draw(rocPlot(report)),
    draw(precisionRecallPlot(report)),
    draw(thresholdPlot(report)),
    draw(calibrationPlot(report)),
    draw(learningPlot(report.pretraining ?? [], 'Learning curve of pretraining')),
    draw(learningPlot(report.learning)),
    drawSearchPlot(report.search),
    drawSlicesPlot(report, report.systems.at(0)?.metrics.accuracy?.value),
    drawFunnelPlot(report.cleaning),
  ]);
  return {
    ...{ comparison, roc, precisionRecall, threshold, calibration },
    ...{ pretraining, learning, search, slices, funnel },
  };
}
