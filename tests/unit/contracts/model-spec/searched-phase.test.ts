import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../../../../contracts/model-spec/model-spec.ts';

const problemsOf = (search: object, changes: object = {}): string[] => {
  const parsed = parseModelSpec({
    name: 'searched',
    task: 'text-classification',
    collection: { sources: [{ kind: 'files', name: 'texts', path: '/texts' }] },
    training: { search: { trials: 9, minimumSteps: 10, ...search }, ...changes },
  });
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};

describe('a search in a model file', () => {
  it('is taken where every value is one that the phase takes', () => {
    expect(
      problemsOf({
        space: {
          'fineTuning.learningRate': { logUniform: [1e-5, 1e-2] },
          'fineTuning.dropout': { uniform: [0, 0.5] },
          'fineTuning.schedule': ['linear', 'cosine'],
          'fineTuning.classWeights': ['none', 'balanced'],
        },
      }),
    ).toEqual([]);
  });

  it.each([
    [
      { 'fineTuning.batchSize': [8, 16] },
      /"fineTuning\.batchSize".*: cannot be searched; of fineTuning can learningRate, /,
    ],
    [{ 'fineTuning.nonsense': [1] }, /cannot be searched/],
    [{ learningRate: [1e-3] }, /expected a field of pretraining or fineTuning/],
    [{ 'fineTuning.dropout': [0.1, 1.5] }, /"fineTuning\.dropout"\]\[1\]: Too big/],
    [{ 'fineTuning.schedule': ['linear', 'sudden'] }, /\[1\]: Invalid option/],
    [{ 'fineTuning.schedule': { uniform: [0, 1] } }, /\.uniform\[0\]: Invalid option/],
    [{ 'fineTuning.dropout': { uniform: [0.4, 0.1] } }, /expected \[from, to\] with 0\.4 below 0\.1/],
    [{ 'fineTuning.weightDecay': { logUniform: [0, 0.1] } }, /expected more than 0/],
    [{ 'fineTuning.dropout': [0.1, 0.1] }, /expected each value once/],
    [{ 'fineTuning.dropout': 0.1 }, /expected a list of values, \{ uniform/],
    [{ 'pretraining.dropout': [0, 0.1] }, /the model file has no pretraining/],
    [{}, /expected one hyperparameter at least/],
    [{ 'fineTuning.dropout': [] }, /"fineTuning\.dropout"\]: Too small/],
    [
      { 'fineTuning.dropout': [0.1], 'fineTuning.schedule': ['linear'] },
      /expected two combinations at least/,
    ],
    [{ 'supervisedFineTuning.dropout': [0, 0.1] }, /the model file has no supervisedFineTuning/],
  ])('with the space %o is refused, and the field named', (space, message) => {
    expect(problemsOf({ space }).join('\n')).toMatch(message);
  });

  it('is about one phase', () => {
    const space = { 'fineTuning.dropout': [0, 0.1], 'pretraining.dropout': [0, 0.1] };
    expect(problemsOf({ space }, { pretraining: {} })).toEqual([
      'training.search.space: expected hyperparameters of one phase, not of fineTuning and pretraining',
    ]);
  });

  it('has a last rung that is no shorter than its first', () => {
    expect(problemsOf({ space: { 'fineTuning.dropout': [0, 0.1] }, maximumSteps: 5 })).toEqual([
      'training.search.maximumSteps: expected 10, the minimumSteps, or more',
    ]);
  });

  it('has a first rung that is no longer than its phase', () => {
    const space = { 'fineTuning.dropout': [0, 0.1] };
    expect(problemsOf({ space }, { fineTuning: { maximumSteps: 9 } })).toEqual([
      'training.search.minimumSteps: expected 9 at most: the maximumSteps of fineTuning',
    ]);
    expect(problemsOf({ space }, { fineTuning: { maximumSteps: 10 } })).toEqual([]);
  });

  it.each([
    [{ trials: 1 }, 'training.search.trials'],
    [{ trials: 129 }, 'training.search.trials'],
    [{ eta: 1 }, 'training.search.eta'],
    [{ minimumSteps: 0 }, 'training.search.minimumSteps'],
    [{ share: 0.6 }, 'training.search.share'],
    [{ attempts: 3 }, 'training.search'],
  ])('with %o is refused, and the field named', (wrong, path) => {
    const space = { 'fineTuning.dropout': [0, 0.1] };
    expect(problemsOf({ space, ...wrong }).map((it) => it.split(':')[0])).toEqual([path]);
  });

  it('of a language model is not about a phase that it does not have', () => {
    const parsed = parseModelSpec({
      name: 'searched',
      task: 'language-modelling',
      collection: { sources: [{ kind: 'files', name: 'texts', path: '/texts' }] },
      model: { preset: 'nano' },
      training: {
        pretraining: {},
        search: { space: { 'fineTuning.dropout': [0, 0.1] }, trials: 2, minimumSteps: 10 },
      },
    });
    expect('problems' in parsed && parsed.problems).toEqual([
      {
        path: 'training.search.space',
        message: 'fineTuning classifies: of a language model it is not done',
      },
    ]);
  });
});
