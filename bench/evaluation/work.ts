// What both sides are given: texts and scores in a file, and what to do with them.

export interface EvaluationData {
  /** Written texts, and what they should have been. */
  readonly hypotheses: readonly string[];
  readonly references: readonly string[];
  /** Classes, 0 or 1, and scores. */
  readonly labels: readonly number[];
  readonly scores: readonly number[];
}

export const works = [
  'bleu',
  'chrf',
  'rouge',
  'auc',
  'bootstrap-bleu',
  'bootstrap-rouge',
  'bootstrap-auc',
] as const;

export interface Request {
  readonly work: (typeof works)[number];
}

/** Examples that bootstraps draw from, how often, and how many bootstraps a round is. */
export const bootstrap = { examples: 1_000, resamples: 1_000, repeats: 5 } as const;

/** Texts that ROUGE is measured on, of all: rouge-score is slow. */
export const rougeTexts = 500;
