// The thread that evaluates entities: takes one job, computes it, writes its report, and says what came of it.
import { parentPort, workerData } from 'node:worker_threads';
import type { TokenizedTexts } from '../pipeline/evaluation/attention-maps.ts';
import {
  type EntityEvaluation,
  type EntityEvaluationInput,
  evaluateEntities,
} from '../pipeline/evaluation/entity-evaluation.ts';
import { drawPlot } from '../pipeline/evaluation/report/drawing.ts';
import { type EntityReport, renderEntityPage } from '../pipeline/evaluation/report/entity-page.ts';
import { drawFunnelPlot } from '../pipeline/evaluation/report/funnel-plot.ts';
import { learningPlot } from '../pipeline/evaluation/report/learning-plot.ts';
import { drawSearchPlot } from '../pipeline/evaluation/report/search-plot.ts';
import { drawSlicesPlot } from '../pipeline/evaluation/report/slices-plot.ts';
import type { ServedFigures } from '../pipeline/evaluation/served-figures.ts';
import type { ModelFiles } from '../pipeline/model/model-files.ts';
import { loadLanguageIdentifier } from '../runtimes/languages/identifier.ts';
import { loadOnnxTokenClassifier } from '../runtimes/onnx/token-classifier.ts';
import { timeAnswers } from './served-speed.ts';

/** What is evaluated, and what its report tells besides. */
export interface EntityEvaluationJob {
  readonly input: EntityEvaluationInput;
  readonly report: Omit<EntityReport, keyof EntityEvaluation>;
  /** What will be served, and the held-out texts as tokens. */
  readonly model: ModelFiles;
  readonly texts: Pick<TokenizedTexts, 'tokens' | 'lengths'>;
  /** Of weights, configuration and tokenizer. */
  readonly packageBytes: number;
}

export interface ComputedEntities {
  readonly evaluation: EntityEvaluation;
  readonly html: string;
  readonly json: string;
}

async function compute({
  input,
  report: facts,
  model,
  texts,
  packageBytes,
}: EntityEvaluationJob): Promise<ComputedEntities> {
  const identify = await loadLanguageIdentifier();
  const languages = input.holdout.map(({ text }) => identify(text));
  const evaluation = evaluateEntities({
    ...input,
    languages,
    served: await time(model, texts, packageBytes),
  });
  const report: EntityReport = { ...evaluation, ...facts };
  const curve = learningPlot(report.learning);
  const html = renderEntityPage(report, {
    learning: curve && (await drawPlot(curve)),
    slices: await drawSlicesPlot(report, report.systems[0].metrics.entityF1?.value),
    search: await drawSearchPlot(report.search),
    funnel: await drawFunnelPlot(report.cleaning),
  });
  return { evaluation, html, json: `${JSON.stringify(report, null, 2)}\n` };
}

async function time(
  model: ModelFiles,
  texts: EntityEvaluationJob['texts'],
  packageBytes: number,
): Promise<ServedFigures> {
  const classifier = loadOnnxTokenClassifier(model);
  try {
    return await timeAnswers(classifier.tag, texts, packageBytes);
  } finally {
    await classifier.close();
  }
}

parentPort?.postMessage(await compute(workerData as EntityEvaluationJob));
