// A whole evaluation of a classifier on its held-out documents: threshold, metrics beside champion and baselines, gates,
// and what a report shows of them. Pure: the same input gives the same result, digit for digit.
import type { GateSpec } from '../../contracts/model-spec/judgement.ts';
import type { LabelledTexts } from './baselines.ts';
import { majorityBaseline, tfidfBaseline } from './baselines.ts';
import type { ReliabilityBin } from './calibration.ts';
import { reliabilityBins } from './calibration.ts';
import { confusionMatrix } from './classification-metrics.ts';
import type { StatisticOf } from './gate-evidence.ts';
import { createGateEvidence } from './gate-evidence.ts';
import type { GateVerdict } from './gates.ts';
import { judgeGates } from './gates.ts';
import type { Leakage } from './leakage.ts';
import { findLeakage, warnOfLeakage } from './leakage.ts';
import type { McNemarResult } from './mcnemar.ts';
import { compareAnswers } from './mcnemar.ts';
import type { Answers, MeasureOptions } from './measure.ts';
import { calibrationPairs, compareClassifiers, createStatistics, measureClassifier } from './measure.ts';
import type { ClassificationMetric, MetricTable } from './metric-table.ts';
import { isClassificationMetric } from './metric-table.ts';
import { MetricUndefined } from './metric-undefined.ts';
import type { PrecisionRecallCurve } from './precision-recall.ts';
import { precisionRecallCurve, thinCurve } from './precision-recall.ts';
import type { Decision, Predictions } from './predictions.ts';
import { predictedClasses, scoresOf } from './predictions.ts';
import type { RocCurve } from './roc.ts';
import { rocCurve } from './roc.ts';
import type { ServedFigures } from './served-figures.ts';
import { budgetTable } from './served-figures.ts';
import type { SliceFigure, SliceMeasure } from './slice-figures.ts';
import { measureSlices, nameWorst } from './slice-figures.ts';
import { cutSlices } from './slices.ts';
import type { ThresholdChoice, ThresholdMetric } from './threshold.ts';
import { chooseThreshold } from './threshold.ts';
import { findWarnings } from './warnings.ts';
import { worstErrors } from './worst-errors.ts';

/** Wrong answers that are kept with their text. */
const SHOWN_ERRORS = 20;

export interface ClassifierEvaluationInput extends MeasureOptions {
  /** Class names in index order. */
  readonly classNames: readonly string[];
  /** The class whose precision, recall and F1 count; default: the last in alphabetical order. */
  readonly positiveLabel?: string | undefined;
  readonly gates: readonly GateSpec[];
  /** The documents on which all is judged, and the candidate's probabilities for them, row-major [N, C]. */
  readonly holdout: LabelledTexts & {
    readonly ids: readonly string[];
    readonly probabilities: Float64Array;
    /** What they are cut into slices by, beside length and label. */
    readonly sources?: readonly string[];
    readonly languages?: readonly string[];
  };
  /** What the candidate was trained on; the baselines learn from the same. */
  readonly training: LabelledTexts & { readonly ids?: readonly string[] };
  /** The version in service, on the same documents. */
  readonly champion?: {
    readonly title: string;
    readonly probabilities: Float64Array;
    /** As stored with that version; null is 0.5. Without meaning for more than two classes. */
    readonly threshold: number | null;
  };
  /** As it will be served; absent: it was not measured. */
  readonly served?: ServedFigures;
  /** What the threshold maximises, accuracy by default. */
  readonly thresholdMetric?: ThresholdMetric;
}

/** A classifier that was measured: the candidate, or what it is held against. */
export interface MeasuredSystem {
  readonly kind: 'candidate' | 'champion' | 'majority' | 'tfidf';
  readonly title: string;
  readonly metrics: MetricTable;
  /** Null with more than two classes, or where only one occurs. */
  readonly roc: RocCurve | null;
  /** Null as the ROC curve; absent in reports from before it was drawn. */
  readonly precisionRecall?: PrecisionRecallCurve | null;
}

/** A wrong answer with its document. */
export interface ShownError {
  readonly id: string;
  readonly text: string;
  readonly label: string;
  readonly predicted: string;
  /** Probability that the true label was given. */
  readonly probability: number;
}

export interface ClassifierEvaluation {
  readonly seed: number;
  readonly classes: readonly { readonly name: string; readonly training: number; readonly holdout: number }[];
  readonly positiveLabel: string;
  /** With two classes the threshold of the positive one; 0.5 where none could be chosen. */
  readonly threshold: number;
  /** How it was chosen; null with more than two classes, or where the held-out documents are of one. */
  readonly thresholdChoice: ThresholdChoice | null;
  readonly verdict: GateVerdict;
  /** The candidate first. */
  readonly systems: readonly MeasuredSystem[];
  /** Candidate less champion, paired; null without a champion. */
  readonly difference: MetricTable | null;
  /** Candidate and champion by the documents that one of them alone got right; absent without a champion. */
  readonly mcNemar?: McNemarResult;
  readonly slices: readonly SliceFigure[];
  readonly leakage: Leakage;
  readonly served?: ServedFigures;
  /** Row = true class, column = answer. */
  readonly confusion: readonly (readonly number[])[];
  readonly calibration: readonly ReliabilityBin[];
  /** The worst of them. */
  readonly errors: readonly ShownError[];
  readonly errorCount: number;
  readonly warnings: readonly string[];
}

/**
 * Evaluates a candidate.
 * @throws MetricUndefined when the probabilities are not valid or there are no held-out documents
 * @throws RangeError when the positive label is not a class
 */
export function evaluateClassifier(input: ClassifierEvaluationInput): ClassifierEvaluation {
  const { classNames, holdout, champion, seed } = input;
  const classes = classNames.length;
  const positiveLabel = input.positiveLabel ?? [...classNames].sort().at(-1) ?? '';
  const positive = classNames.indexOf(positiveLabel);
  if (positive < 0)
    throw new RangeError(`the positive label “${positiveLabel}” is not among ${classNames.join(', ')}`);
  const deciding = (threshold: number): Decision | undefined =>
    classes === 2 ? { positive, threshold } : undefined;

  const predictions: Predictions = { labels: holdout.labels, probabilities: holdout.probabilities, classes };
  const thresholdChoice = tryThreshold(predictions, { positive, metric: input.thresholdMetric });
  const threshold = thresholdChoice?.threshold ?? 0.5;
  const candidate: Answers = { predictions, decision: deciding(threshold) };
  const rival = champion && {
    predictions: { ...predictions, probabilities: champion.probabilities },
    decision: deciding(champion.threshold ?? 0.5),
  };
  const measure = (kind: MeasuredSystem['kind'], title: string, answers: Answers): MeasuredSystem => ({
    kind,
    title,
    metrics: measureClassifier(answers, input),
    roc: tryCurve(answers.predictions, { positive, curve: rocCurve }),
    precisionRecall: tryCurve(answers.predictions, {
      positive,
      curve: (...given) => thinCurve(precisionRecallCurve(...given)),
    }),
  });
  const baselines = answerByBaselines(input, positive);
  const systems = [
    measure('candidate', 'Candidate', candidate),
    ...(rival ? [measure('champion', champion.title, rival)] : []),
    ...baselines.systems.map(({ kind, title, answers }) => measure(kind, title, answers)),
  ];
  const tables = new Map(systems.map(({ kind, metrics }) => [kind, metrics]));
  const measured = {
    ...{ candidate: tables.get('candidate') ?? {}, champion: tables.get('champion') },
    baselines: systems.filter(({ kind }) => kind === 'majority' || kind === 'tfidf'),
  };
  const majority = tables.get('majority') ?? {};
  const slices = cutSlices({
    ...holdout,
    labels: Array.from(holdout.labels, (label) => classNames[label]),
  });
  const leakage = findLeakage(input.training, holdout);
  const ours = createStatistics(candidate);
  const theirs = rival && createStatistics(rival);
  const examples = holdout.labels.length;
  const evidence = createGateEvidence({
    candidate: (metric) => (isClassificationMetric(metric) ? ours[metric] : undefined),
    champion: theirs && ((metric) => (isClassificationMetric(metric) ? theirs[metric] : undefined)),
    baselines: Object.fromEntries(
      baselines.systems.map(({ title, answers }) => [title, statisticOf(answers)]),
    ),
    ...{ examples, slices, seed, resamples: input.resamples },
  });
  const answered = predictedClasses(candidate.predictions, candidate.decision);
  const rivalAnswered = rival && predictedClasses(rival.predictions, rival.decision);
  const measureOf = (metric: ClassificationMetric): SliceMeasure => ({
    ...{ metric, candidate: ours[metric], champion: theirs?.[metric] },
  });
  const figures = measureSlices(slices, {
    lead: { ...measureOf('accuracy'), isShare: true },
    others: slicedMetrics(input.gates).map(measureOf),
    ...{ examples, seed },
  });
  return {
    seed,
    classes: describeClasses(input),
    positiveLabel,
    threshold,
    thresholdChoice,
    verdict: judgeGates(input.gates, {
      ...measured,
      candidate: {
        ...measured.candidate,
        ...budgetTable(input.served),
        leakage: { value: leakage.share, interval: null },
      },
      evidence,
    }),
    systems,
    difference: rival ? compareClassifiers(candidate, rival, input) : null,
    ...(rivalAnswered && { mcNemar: compareAnswers(holdout.labels, answered, rivalAnswered) }),
    slices: figures,
    leakage,
    ...(input.served && { served: input.served }),
    ...describeAnswers(input, candidate),
    warnings: [
      ...findWarnings({ classNames, labels: holdout.labels, candidate: measured.candidate, majority }),
      ...warnOfSlices(figures),
      ...warnOfLeakage(leakage),
      ...baselines.warnings,
    ],
  };
}

function statisticOf(answers: Answers): StatisticOf {
  const statistics = createStatistics(answers);
  return (metric) => (isClassificationMetric(metric) ? statistics[metric] : undefined);
}

/** Beside accuracy: two that tell other things than it does, and what gates judge slice by slice. */
function slicedMetrics(gates: readonly GateSpec[]): ClassificationMetric[] {
  const judged = gates.flatMap((gate) =>
    'slice' in gate && gate.slice !== undefined && isClassificationMetric(gate.metric) ? gate.metric : [],
  );
  return [...new Set<ClassificationMetric>(['f1', 'logLoss', ...judged])].filter((it) => it !== 'accuracy');
}

function warnOfSlices(figures: readonly SliceFigure[]): string[] {
  const worst = nameWorst(figures);
  if (worst.length === 0) return [];
  return [`The candidate fares worse than on all documents, and not by chance, on ${worst.join(', ')}.`];
}

/** The majority class, and tf-idf with its threshold chosen on the same documents, so that neither has an advantage. */
function answerByBaselines(
  { classNames, training, holdout, thresholdMetric }: ClassifierEvaluationInput,
  positive: number,
): { systems: { kind: MeasuredSystem['kind']; title: string; answers: Answers }[]; warnings: string[] } {
  const classes = classNames.length;
  const deciding = (threshold = 0.5): Decision | undefined =>
    classes === 2 ? { positive, threshold } : undefined;
  const warnings: string[] = [];
  const majority: Answers = {
    predictions: majorityBaseline(training.labels, holdout.labels, classes),
    decision: deciding(),
  };
  const tfidf = orNull(
    () => tfidfBaseline(training, holdout, { classes, sublinear: true }),
    ({ message }) => warnings.push(`The tf-idf baseline is missing: ${message}.`),
  );
  const systems = [{ kind: 'majority' as const, title: 'Majority class', answers: majority }];
  if (tfidf === null) return { systems, warnings };
  const decision = deciding(tryThreshold(tfidf, { positive, metric: thresholdMetric })?.threshold);
  const title = 'tf-idf + logistic regression';
  return {
    systems: [...systems, { kind: 'tfidf', title, answers: { predictions: tfidf, decision } }],
    warnings,
  };
}

function describeClasses({
  classNames,
  training,
  holdout,
}: ClassifierEvaluationInput): ClassifierEvaluation['classes'] {
  const count = (labels: Int32Array, k: number): number => labels.filter((label) => label === k).length;
  return classNames.map((name, k) => ({
    name,
    training: count(training.labels, k),
    holdout: count(holdout.labels, k),
  }));
}

function describeAnswers(
  { classNames, holdout }: ClassifierEvaluationInput,
  candidate: Answers,
): Pick<ClassifierEvaluation, 'confusion' | 'calibration' | 'errors' | 'errorCount'> {
  const classes = classNames.length;
  const predicted = predictedClasses(candidate.predictions, candidate.decision);
  const { counts } = confusionMatrix(holdout.labels, predicted, { classes });
  const { stated, cameTrue } = calibrationPairs(candidate);
  const wrong = worstErrors(candidate.predictions, candidate.decision);
  return {
    confusion: classNames.map((_, row) => [...counts.slice(row * classes, (row + 1) * classes)]),
    calibration: reliabilityBins(stated, cameTrue),
    errors: wrong.slice(0, SHOWN_ERRORS).map((error) => ({
      id: holdout.ids[error.example],
      text: holdout.texts[error.example],
      label: classNames[error.label],
      predicted: classNames[error.predicted],
      probability: error.probability,
    })),
    errorCount: wrong.length,
  };
}

/** What has no value on these documents is left out; whatever else goes wrong is a surprise and passes. */
function orNull<T>(compute: () => T, onUndefined?: (error: MetricUndefined) => void): T | null {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof MetricUndefined)) throw error;
    onUndefined?.(error);
    return null;
  }
}

function tryThreshold(
  predictions: Predictions,
  { positive, metric = 'accuracy' }: { positive: number; metric?: ThresholdMetric | undefined },
): ThresholdChoice | null {
  if (predictions.classes !== 2) return null;
  return orNull(() =>
    chooseThreshold(predictions.labels, scoresOf(predictions, positive), { positive, metric }),
  );
}

/** Neither curve has a meaning without a positive example. */
function tryCurve<Curve>(
  predictions: Predictions,
  {
    positive,
    curve,
  }: {
    readonly positive: number;
    readonly curve: (labels: Int32Array, scores: Float64Array, positive: number) => Curve;
  },
): Curve | null {
  if (predictions.classes !== 2 || !predictions.labels.includes(positive)) return null;
  return orNull(() => curve(predictions.labels, scoresOf(predictions, positive), positive));
}
