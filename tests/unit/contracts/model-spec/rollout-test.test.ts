import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../../../../contracts/model-spec/model-spec.ts';

const collection = { sources: [{ kind: 'files', name: 'documents', path: '/documents' }] };
const language = { task: 'language-modelling', model: { preset: 'nano' }, training: { pretraining: {} } };
const problemsOf = (rollout: object, file: object = {}): string[] => {
  const parsed = parseModelSpec({ name: 'm', task: 'text-classification', collection, ...file, rollout });
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};

describe('how versions are compared', () => {
  it('takes a margin where the challenger need not be better', () => {
    expect(problemsOf({ objective: 'not-worse', margin: 0.01, interval: 'exact' })).toEqual([]);
    expect(problemsOf({ objective: 'not-worse' })).toEqual([
      "rollout.margin: expected beside objective 'not-worse': how much worse is still good enough",
    ]);
    expect(problemsOf({ margin: 0.01 })).toEqual([
      "rollout.margin: takes objective 'not-worse': what must be better has no margin",
    ]);
    expect(problemsOf({ objective: 'not-worse', margin: -1 })).toHaveLength(1);
  });

  it('takes outcomes of answers for a language model, each once', () => {
    const asked = { metrics: ['rating'], subjectWindowSeconds: 60, covariateSeconds: 86_400 };
    expect(problemsOf(asked, language)).toEqual([]);
    expect(problemsOf(asked)).toEqual([
      'rollout.metrics: takes language-modelling: a classifier is compared by labels, in pairs',
    ]);
    expect(problemsOf({ metrics: ['rating', 'rating'] }, language)).toEqual([
      'rollout.metrics: expected each metric once',
    ]);
    expect(problemsOf({ subjectWindowSeconds: 60 }, language)).toEqual([
      'rollout.subjectWindowSeconds: takes rollout.metrics: only they are means of subjects',
    ]);
    expect(problemsOf({ metrics: ['applause'] }, language)).toHaveLength(1);
  });
});
