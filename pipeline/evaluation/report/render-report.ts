// Turns a report into one self-contained page and the same as JSON.

import { renderPage } from './page.ts';
import { drawPlots } from './plots.ts';
import type { EvaluationReport } from './report.ts';

/**
 * Writes a report.
 * @returns `html`, a page that needs nothing beside itself and runs no script, and `json`, the report as it was given;
 * numbers that are none stand there as null
 */
export async function renderReport(report: EvaluationReport): Promise<{ html: string; json: string }> {
  const plots = await drawPlots(report);
  return { html: renderPage(report, plots), json: `${JSON.stringify(report, null, 2)}\n` };
}
