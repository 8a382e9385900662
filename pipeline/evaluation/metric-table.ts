// The metrics of a classifier by name: what each means, which way is better, and how a table of them looks.
import type {
  AnswerMetric,
  BudgetMetric,
  EntityMetric,
  GateMetric,
  LanguageMetric,
} from '../../contracts/model-spec/judgement.ts';
import type { Interval } from './bootstrap.ts';

/** What a reader must know of a metric. */
export interface MetricDescription {
  readonly title: string;
  readonly better: 'higher' | 'lower';
  readonly meaning: string;
}

/**
 * Every metric that evaluation measures; a gate may name those of `GateMetric`. With more than two classes precision,
 * recall, F1 and AUC are means over the classes, and the calibration is that of the most probable one.
 */
export const classificationMetrics = {
  accuracy: { title: 'Accuracy', better: 'higher', meaning: 'share of the documents that got their label' },
  balancedAccuracy: {
    title: 'Balanced accuracy',
    better: 'higher',
    meaning: 'mean recall of the classes, each weighing the same',
  },
  precision: {
    title: 'Precision',
    better: 'higher',
    meaning: 'share of the documents labelled positive that are',
  },
  recall: {
    title: 'Recall',
    better: 'higher',
    meaning: 'share of the positive documents that were found',
  },
  f1: { title: 'F1', better: 'higher', meaning: 'harmonic mean of precision and recall' },
  matthews: {
    title: 'Matthews correlation',
    better: 'higher',
    meaning: 'correlation of labels and answers, 0 for guessing',
  },
  auc: {
    title: 'AUC',
    better: 'higher',
    meaning: 'share of (positive, other) pairs that are ranked rightly',
  },
  averagePrecision: {
    title: 'Average precision',
    better: 'higher',
    meaning: 'area under precision by recall; a ranking by chance has the share of the positive documents',
  },
  brier: { title: 'Brier score', better: 'lower', meaning: 'mean squared error of the probabilities' },
  logLoss: { title: 'Log loss', better: 'lower', meaning: 'mean surprise at the true label, in nats' },
  calibrationError: {
    title: 'Calibration error',
    better: 'lower',
    meaning: 'mean distance between stated and observed probability',
  },
} as const satisfies Record<GateMetric, MetricDescription> & Record<string, MetricDescription>;

/** Those of a language model, over documents that it was not trained on. */
export const languageModelMetrics = {
  loss: { title: 'Loss', better: 'lower', meaning: 'mean surprise at the next token, in nats' },
  perplexity: {
    title: 'Perplexity',
    better: 'lower',
    meaning: 'among how many equal choices it is as unsure',
  },
  bitsPerByte: {
    title: 'Bits per byte',
    better: 'lower',
    meaning: 'bits to tell all tokens, by bytes of the text: whatever the vocabulary',
  },
  nextTokenAccuracy: {
    title: 'Token accuracy',
    better: 'higher',
    meaning: 'share of the tokens that it held for the likeliest to come',
  },
} as const satisfies Record<LanguageMetric, MetricDescription>;

/** Those of a language model that was taught to answer, over answers that it was not trained on. */
export const answeringMetrics = {
  answerLoss: {
    title: 'Loss of answers',
    better: 'lower',
    meaning: 'mean surprise at the next token of an answer, its end included, in nats',
  },
  answerPerplexity: {
    title: 'Perplexity of answers',
    better: 'lower',
    meaning: 'among how many equal choices it is as unsure while it answers',
  },
  exactMatch: {
    title: 'Exact match',
    better: 'higher',
    meaning: 'share of the prompts that it answers to the letter, by the likeliest token each time',
  },
  tokenF1: {
    title: 'Token F1',
    better: 'higher',
    meaning: 'harmonic mean of the shares of tokens that an answer and the expected one have in common',
  },
  rougeL: {
    title: 'ROUGE-L',
    better: 'higher',
    meaning: 'the same of the longest sequence that both have in their order',
  },
  chrf: {
    title: 'chrF',
    better: 'higher',
    meaning: 'runs of up to 6 characters in common, what was expected weighing more; 0 to 100',
  },
  bleu: {
    title: 'BLEU',
    better: 'higher',
    meaning: 'runs of up to 4 tokens that were expected, less for answers that are too short; 0 to 100',
  },
} as const satisfies Record<AnswerMetric, MetricDescription>;

/** Those of a model that finds entities: words that belong together, with a label. */
export const entityDescriptions = {
  entityPrecision: {
    title: 'Precision',
    better: 'higher',
    meaning: 'share of the entities that it names that are labelled so, word for word',
  },
  entityRecall: {
    title: 'Recall',
    better: 'higher',
    meaning: 'share of the labelled entities that it names, word for word',
  },
  entityF1: {
    title: 'F1',
    better: 'higher',
    meaning: 'harmonic mean of the two, over the entities of all labels',
  },
  macroEntityF1: {
    title: 'F1 of the labels',
    better: 'higher',
    meaning: 'mean of each label’s F1, a rare one counting as much',
  },
  tokenAccuracy: {
    title: 'Accuracy of words',
    better: 'higher',
    meaning: 'share of the words that got their tag',
  },
} as const satisfies Record<EntityMetric, MetricDescription>;

/** What a version may cost, and what may spoil its figures. */
const budgetDescriptions = {
  latencyP95Ms: {
    title: 'Latency in ms, 95th percentile',
    better: 'lower',
    meaning: 'time to answer one held-out text, as it will be served',
  },
  packageBytes: {
    title: 'Size in bytes',
    better: 'lower',
    meaning: 'weights, configuration and tokenizer',
  },
  leakage: {
    title: 'Leakage',
    better: 'lower',
    meaning:
      'share of the held-out documents that stand, nearly or exactly, among those that were trained on',
  },
} as const satisfies Record<BudgetMetric, MetricDescription>;

/** What a gate may name. */
export const gateDescriptions = {
  ...classificationMetrics,
  ...languageModelMetrics,
  ...answeringMetrics,
  ...entityDescriptions,
  ...budgetDescriptions,
};

export type GateMetricName = keyof typeof gateDescriptions;

/** Name of a metric of a classifier. */
export type ClassificationMetric = keyof typeof classificationMetrics;

/** The names in the order in which reports show them. */
export const metricNames = Object.keys(classificationMetrics) as readonly ClassificationMetric[];

export const isClassificationMetric = (metric: string): metric is ClassificationMetric =>
  metricNames.some((name) => name === metric);

/** A metric as it came out. */
export interface MetricEstimate {
  /** NaN where the metric has no value. */
  readonly value: number;
  /** Null where none can be told. */
  readonly interval: Interval | null;
}

/** What was measured; a metric that does not stand here was not. */
export type MetricTable = Readonly<
  Partial<
    Record<ClassificationMetric | LanguageMetric | AnswerMetric | EntityMetric | BudgetMetric, MetricEstimate>
  >
>;
