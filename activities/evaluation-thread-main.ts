// The thread that evaluates: takes one job, computes it, draws its report, and says what came of it.
import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import type { AttentionText } from '../pipeline/evaluation/attention-maps.ts';
import { readAttention } from '../pipeline/evaluation/attention-maps.ts';
import { chooseTexts } from '../pipeline/evaluation/attention-texts.ts';
import {
  type ClassifierEvaluation,
  type ClassifierEvaluationInput,
  evaluateClassifier,
} from '../pipeline/evaluation/classifier-evaluation.ts';
import { fitOf } from '../pipeline/evaluation/fit.ts';
import { shownTokens } from '../pipeline/evaluation/head-maps.ts';
import { MetricUndefined } from '../pipeline/evaluation/metric-undefined.ts';
import { renderReport } from '../pipeline/evaluation/report/render-report.ts';
import type { EvaluationReport } from '../pipeline/evaluation/report/report.ts';
import { readModel } from '../pipeline/model/model-files.ts';
import { loadLanguageIdentifier } from '../runtimes/languages/identifier.ts';
import type { AttentionInput } from './attention-input.ts';
import { measureServed } from './served-speed.ts';

/** What is evaluated, and what its report tells besides. */
export interface EvaluationJob {
  readonly input: ClassifierEvaluationInput;
  /** The candidate itself, where the report is to draw what it looked at. */
  readonly attention?: AttentionInput;
  /** The weights that are served, where those are not the candidate's own. */
  readonly quantized?: Uint8Array;
  /** Of weights, configuration and tokenizer. */
  readonly packageBytes?: number;
  readonly report: Omit<EvaluationReport, keyof ClassifierEvaluation | 'attention' | 'fit'>;
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

async function compute({
  input,
  attention,
  quantized,
  packageBytes = 0,
  report,
}: EvaluationJob): Promise<FromEvaluationThread> {
  try {
    const languages = input.holdout.languages ?? input.holdout.texts.map(await loadLanguageIdentifier());
    const served =
      attention &&
      (await measureServed(
        { config: attention.model.config, weights: quantized ?? attention.model.weights },
        attention.texts,
        packageBytes,
      ));
    const holdout = { ...input.holdout, languages };
    const evaluation = evaluateClassifier({ ...input, holdout, ...(served && { served }) });
    const looked = attention && (await lookInto(attention, input, evaluation));
    const fit = fitOf(report.learning);
    const whole = { ...evaluation, ...report, ...(fit && { fit }), ...(looked && { attention: looked }) };
    return { kind: 'computed', result: { evaluation, ...(await renderReport(whole)) } };
  } catch (error) {
    if (error instanceof MetricUndefined)
      return { kind: 'undefined', metric: error.metric, reason: error.reason };
    throw error; // the parent hears it as the thread's `error`
  }
}

/** On plain JavaScript: a native engine has no business in the worker's process, and a few texts take a second. */
async function lookInto(
  { model: files, texts }: AttentionInput,
  { classNames, holdout }: ClassifierEvaluationInput,
  { positiveLabel, threshold }: ClassifierEvaluation,
): Promise<AttentionText[]> {
  const model = readModel(files);
  const classes = classNames.length;
  const decision = classes === 2 ? { positive: classNames.indexOf(positiveLabel), threshold } : undefined;
  const { lengths } = texts;
  const options = { decision, lengths, shownTokens: shownTokens(model.config) };
  tf.enableProdMode(); // without it, it recommends another package on the standard output
  await tf.setBackend('cpu');
  return readAttention(model, chooseTexts({ ...holdout, classes }, options), texts);
}

parentPort?.postMessage(await compute(workerData as EvaluationJob));
