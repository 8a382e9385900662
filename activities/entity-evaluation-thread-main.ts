// The thread that evaluates entities: takes one job, computes it, writes its report, and says what came of it.
import { parentPort, workerData } from 'node:worker_threads';
import {
  type EntityEvaluation,
  type EntityEvaluationInput,
  evaluateEntities,
} from '../pipeline/evaluation/entity-evaluation.ts';
import { type EntityReport, renderEntityPage } from '../pipeline/evaluation/report/entity-page.ts';
import { drawFunnelPlot } from '../pipeline/evaluation/report/funnel-plot.ts';
import { drawSearchPlot } from '../pipeline/evaluation/report/search-plot.ts';

/** What is evaluated, and what its report tells besides. */
export interface EntityEvaluationJob {
  readonly input: EntityEvaluationInput;
  readonly report: Omit<EntityReport, keyof EntityEvaluation>;
}

export interface ComputedEntities {
  readonly evaluation: EntityEvaluation;
  readonly html: string;
  readonly json: string;
}

async function compute({ input, report: facts }: EntityEvaluationJob): Promise<ComputedEntities> {
  const evaluation = evaluateEntities(input);
  const report: EntityReport = { ...evaluation, ...facts };
  const html = renderEntityPage(report, {
    search: await drawSearchPlot(report.search),
    funnel: await drawFunnelPlot(report.cleaning),
  });
  return { evaluation, html, json: `${JSON.stringify(report, null, 2)}\n` };
}

parentPort?.postMessage(await compute(workerData as EntityEvaluationJob));
