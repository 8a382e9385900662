// Spam or ham, from the words of a mail. Numbers of time are those of a tour on one machine; a service would wait longer.
import { defineModel } from 'coppice';

/** What counts as the same mail: half of the runs of four words shared. */
export const duplicates = { shingleWords: 4, similarity: 0.5 };

/** From the bytes of a mail to the text that the model reads. */
export const cleaningSteps = [
  { step: 'decode-mail' as const },
  { step: 'strip-html' as const },
  { step: 'normalize-unicode' as const, form: 'NFC' as const },
  { step: 'strip-quotes' as const },
  { step: 'strip-footers' as const },
  // The corpus' collector wrote this into addresses; it would give the label away.
  { step: 'remove-text' as const, texts: ['deathtospam'] },
  { step: 'deduplicate' as const, ...duplicates },
];

export default defineModel({
  name: 'mail-filter',
  task: 'text-classification',
  description: 'Tells spam from ham by subject and body.',
  collection: {
    sources: [
      {
        kind: 'mail-folder',
        name: 'inbox',
        path: '../../.coppice/tour/inbox',
        licence: 'CC0-1.0 AND PDDL-1.0',
      },
    ],
    labels: [{ kind: 'label-objects', bucket: 'mail-filter', prefix: 'labels/' }],
  },
  cleaning: { steps: cleaningSteps },
  tokenizer: { algorithm: 'wordpiece', vocabularySize: 6_000 },
  model: { architecture: 'bert', layers: 2, hiddenSize: 128, heads: 2, contextLength: 128 },
  training: {
    // Without dropout and smoothing a model of this size is badly overconfident on a few thousand mails.
    fineTuning: {
      learningRate: 1e-3,
      batchSize: 8,
      epochs: 12,
      incrementalEpochs: 4,
      dropout: 0.3,
      labelSmoothing: 0.05,
    },
  },
  evaluation: {
    holdout: 500,
    positiveLabel: 'spam',
    gates: [
      { kind: 'at-least', metric: 'auc', bound: 0.65 },
      { kind: 'no-worse-than-champion', metric: 'accuracy', margin: 0.01 },
      { kind: 'no-worse-than-champion', metric: 'brier', margin: 0.02 },
    ],
  },
  rollout: {
    metric: 'brier',
    steps: [0.25, 0.5],
    lookEverySeconds: 1,
    stepMinimumSample: 30,
    stepMinimumSeconds: 5,
    watchSeconds: 8,
    patienceSeconds: 90,
    guardrails: { maximumP95LatencyMs: 5_000 }, // the tour shares its two cores with all that runs on them
  },
  monitoring: { qualityObjective: 0.93, minimumLabels: 100, forSeconds: 6 },
  retraining: { alerts: ['CoppiceQualityDrop'], strategy: 'incremental', cooldownSeconds: 10 },
});
