// Where the code of each stage begins. What these files import is found by bundling them; only what is handed in at a
// process's root, or loaded past the imports, must be named.
import type { StageCode } from '../artifacts/code-version.ts';
import type { Stage } from '../contracts/stages.ts';

export const stageSources: Readonly<Record<Stage, StageCode>> = {
  collection: { entries: ['activities/collection.ts'] },
  cleaning: {
    entries: [
      'activities/cleaning.ts',
      'activities/shard-cleaning-thread-main.ts',
      'runtimes/documents/document-thread-main.ts',
    ],
    packages: ['emojibase-data'],
  },
  tokenization: {
    entries: [
      'activities/corpus-split.ts',
      'activities/tokenization.ts',
      'activities/pairs.ts',
      'runtimes/tokenizers/tokenizer.ts',
    ],
  },
  training: {
    entries: [
      'activities/selection.ts',
      'activities/token-selection.ts',
      'runtimes/tokenizers/tokenizer.ts',
      'activities/training.ts',
      'activities/trials.ts',
      'activities/search.ts',
      'worker/trainer/run-job.ts', // what the trainer's process runs; how it is watched does not change a result
      'worker/trainer/batch-thread-main.ts',
      'runtimes/tensorflow/binding.ts',
    ],
    packages: ['@tensorflow/tfjs-node'],
  },
  evaluation: {
    entries: [
      'activities/evaluation.ts',
      'activities/language-evaluation.ts',
      'activities/token-evaluation.ts',
      'activities/evaluation-thread-main.ts',
      'activities/entity-evaluation-thread-main.ts',
      'activities/language-samples-thread-main.ts',
      'activities/champion-figures.ts',
      'activities/language-figures-thread-main.ts',
      'activities/held-out-facts-thread-main.ts',
      'activities/batch.ts',
      'activities/batch-thread-main.ts',
      'runtimes/tokenizers/tokenizer.ts',
    ],
  },
  registration: { entries: ['activities/registry.ts', 'artifacts/registry/registry-writer.ts'] },
  rollout: { entries: ['activities/rollout.ts'] },
};
