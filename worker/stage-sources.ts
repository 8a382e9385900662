// What each stage's code is made of: an edit elsewhere keeps its cached results.
import type { StageSources } from '../artifacts/code-version.ts';
import type { Stage } from '../contracts/stages.ts';

const shared = [
  'activities/stage-runner.ts',
  'activities/shards.ts',
  'artifacts/json-lines.ts',
  'contracts/document.ts',
];

export const stageSources: Readonly<Record<Stage, StageSources>> = {
  collection: { paths: ['activities/collection.ts', 'sources', ...shared], packages: ['@zone-eu/mailsplit'] },
  cleaning: {
    paths: ['activities/cleaning.ts', 'pipeline/cleaning', ...shared],
    packages: ['@zone-eu/mailsplit', 'htmlparser2'],
  },
  tokenization: {
    paths: ['activities/tokenization.ts', 'pipeline/tokenization', 'runtimes/tokenizers', ...shared],
    packages: ['tokenizers'],
  },
  training: {
    paths: [
      'activities/selection.ts',
      'activities/training.ts',
      'pipeline/model',
      'pipeline/training',
      'pipeline/random.ts',
      'runtimes/tensorflow',
      'worker/trainer',
      ...shared,
    ],
    packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-node'],
  },
  evaluation: {
    paths: ['activities/evaluation.ts', 'pipeline/evaluation', 'pipeline/random.ts', ...shared],
    packages: ['vega', 'vega-lite'],
  },
  registration: { paths: ['activities/registry.ts', 'artifacts/registry'], packages: [] },
  rollout: { paths: ['activities/rollout.ts', 'pipeline/rollout'], packages: [] },
};
