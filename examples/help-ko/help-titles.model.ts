// A title for a page of the help: the language first, as help-ko learns it, then the titles that pages have. A model of its
// own, since learning to answer costs some of the language.
import { defineModel } from 'coppice';
import language from './help-ko.model.ts';

/** How a title is asked for, in training and afterwards. */
const prompt = '{text}\n\n제목: ';

export default defineModel({
  ...language,
  name: 'help-titles',
  description: 'Gives a page of a help a title.',
  collection: { ...language.collection, labels: [{ kind: 'document-title', source: 'help' }] },
  training: {
    ...language.training,
    supervisedFineTuning: {
      epochs: 3,
      learningRate: 1e-3,
      dropout: 0.1,
      template: { prompt },
    },
  },
  evaluation: {
    holdout: 100,
    // Above what a page's first sentence reaches as its title, about 0.16 and 16. The nearest page's title reaches 0.34 and 30.
    gates: [
      { kind: 'at-least', metric: 'rougeL', bound: 0.2 },
      { kind: 'at-least', metric: 'chrf', bound: 20 },
    ],
  },
  // Each morning a title for every page that has come since the day before.
  batches: [{ name: 'daily', schedule: '0 6 * * *', template: prompt, maximumTokens: 24 }],
});
