// The thread that evaluates: takes one job, computes it, draws its report, and says what came of it.
import { parentPort, workerData } from 'node:worker_threads';
import {
  type ClassifierEvaluation,
  type ClassifierEvaluationInput,
  evaluateClassifier,
} from '../pipeline/evaluation/classifier-evaluation.ts';
import { MetricUndefined } from '../pipeline/evaluation/metric-undefined.ts';
import { renderReport } from '../pipeline/evaluation/report/render-report.ts';
import type { EvaluationReport } from '../pipeline/evaluation/report/report.ts';

/** What is evaluated, and what its report tells besides. */
export interface EvaluationJob {
  readonly input: ClassifierEvaluationInput;
  readonly report: Omit<EvaluationReport, keyof ClassifierEvaluation>;
}

export interface ComputedEvaluation {
  readonly evaluation: ClassifierEvaluation;
  readonly html: string;
  readonly json: string;
}

/** Errors lose their class between threads: what is not a surprise crosses as fields. */
export type FromEvaluationThread =
  | { readonly kind: 'computed'; readonly result: ComputedEvaluation }
  | { readonly kind: 'undefined'; readonly metric: string; readonly reason: string };

async function compute({ input, report }: EvaluationJob): Promise<FromEvaluationThread> {
  try {
    const evaluation = evaluateClassifier(input);
    return {
      kind: 'computed',
      result: { evaluation, ...(await renderReport({ ...evaluation, ...report })) },
    };
  } catch (error) {
    if (error instanceof MetricUndefined)
      return { kind: 'undefined', metric: error.metric, reason: error.reason };
    throw error; // the parent hears it as the thread's `error`
  }
}

parentPort?.postMessage(await compute(workerData as EvaluationJob));
