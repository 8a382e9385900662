import { expect, it } from 'vitest';
import { measureWriting } from '../../../../pipeline/evaluation/writing-figures.ts';

it('what a model writes is counted: form, origin, refusals, personal data and harmful words', () => {
  const figures = measureWriting({
    continuations: [
      'one two three four five',
      'I cannot answer this.',
      'write to kim@example.com or kim@example.com',
    ],
    answers: [
      { expected: '{"a": 1}', answered: '{"a": 2}' },
      { expected: '[1]', answered: 'bad [1]' },
    ],
    documents: ['zero one two three four five six'],
    scoreHarm: (text) => ({ profanity: text.startsWith('bad') ? 1 : 0, spam: 1 }),
  });
  expect(figures).toMatchObject({
    ...{ texts: 5, refusals: 1, harmful: 1, personalData: { email: 2 } },
    ...{ memorisation: { longest: 5 }, json: { asked: 2, valid: 1 } },
  });
  expect(figures.diversity.words.most).toBe(5);
});

it('JSON is told of only where answers should be JSON', () => {
  const figures = measureWriting({
    ...{ continuations: [], answers: [{ expected: 'x', answered: '{}' }], documents: [] },
    scoreHarm: () => ({}),
  });
  expect(figures.json).toBeUndefined();
  expect(figures).toMatchObject({ texts: 1, refusals: 0, personalData: {}, harmful: 0 });
});
