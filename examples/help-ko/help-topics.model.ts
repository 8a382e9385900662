// What a page of the help is about, from its text: the folder that it stands in.
import { defineModel } from 'coppice';
import { cleaningSteps, pages } from './pages.ts';

export default defineModel({
  name: 'help-topics',
  task: 'text-classification',
  description: 'Tells which part of LibreOffice a page of its help is about.',
  collection: {
    // Pages that all parts share are about none of them.
    sources: [{ ...pages, include: ['!(shared)/**'] }],
    labels: [{ kind: 'document-folder', source: 'help' }],
  },
  cleaning: { steps: cleaningSteps },
  tokenizer: { algorithm: 'wordpiece', vocabularySize: 6_000 },
  model: { architecture: 'bert', layers: 2, hiddenSize: 128, heads: 2, contextLength: 128 },
  training: { fineTuning: { epochs: 8, learningRate: 1e-3, dropout: 0.2, classWeights: 'balanced' } },
  evaluation: { holdout: 200, gates: [{ kind: 'at-least', metric: 'accuracy', bound: 0.7 }] },
});
