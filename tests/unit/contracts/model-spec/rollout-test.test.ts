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

  it('takes a format of answers beside the metric that asks for it', () => {
    const format = (answerFormat?: object) => problemsOf({ metrics: ['format'], answerFormat }, language);
    expect(format({ json: true, keys: ['title'], maximumCharacters: 500 })).toEqual([]);
    expect(format()).toEqual([
      "rollout.answerFormat: expected beside the metric 'format': what an answer should look like",
    ]);
    expect(problemsOf({ metrics: ['rating'], answerFormat: { json: true } }, language)).toEqual([
      "rollout.answerFormat: takes the metric 'format'",
    ]);
    expect(format({})).toEqual(['rollout.answerFormat: expected json, or limits of characters']);
    expect(format({ keys: ['title'], minimumCharacters: 1 })).toEqual([
      'rollout.answerFormat.keys: expected beside json: true: only JSON has keys',
    ]);
    expect(format({ minimumCharacters: 9, maximumCharacters: 8 })).toEqual([
      'rollout.answerFormat.maximumCharacters: expected at least minimumCharacters',
    ]);
  });

  it('limits what a language model says, and not a classifier', () => {
    const guardrails = { maximumToxicRate: 0, maximumRefusalRate: 0.2 };
    expect(problemsOf({ guardrails }, language)).toEqual([]);
    expect(problemsOf({ guardrails })).toEqual([
      'rollout.guardrails.maximumToxicRate: takes language-modelling: a classifier answers with a label',
      'rollout.guardrails.maximumRefusalRate: takes language-modelling: a classifier answers with a label',
    ]);
    expect(problemsOf({ guardrails: { maximumToxicRate: 1 } }, language)).toHaveLength(1);
  });

  it('tries several versions at once where they can be told apart', () => {
    expect(problemsOf({ challengers: 3 })).toEqual([]);
    expect(problemsOf({ challengers: 2, metrics: ['rating'] }, language)).toEqual([]);
    expect(problemsOf({ challengers: 2 }, language)).toEqual([
      'rollout.challengers: takes rollout.metrics: guardrails do not tell which of several is the best',
    ]);
    expect(problemsOf({ challengers: 1 })).toHaveLength(1);
    expect(problemsOf({ challengers: 5 })).toHaveLength(1);
  });

  it('interleaves where subjects can be compared with themselves, and says where they cannot', () => {
    const design = 'interleaved';
    const asked = { design, metrics: ['rating'], subjectWindowSeconds: 3_600 };
    expect(problemsOf(asked, language)).toEqual([]);
    expect(problemsOf({ design: 'subjects' })).toEqual([]);
    expect(problemsOf({ design })).toEqual([
      'rollout.design: takes language-modelling: both versions of a classifier answer each request as it is',
      "rollout.subjectWindowSeconds: expected beside design 'interleaved': in it a subject meets both versions",
    ]);
    expect(problemsOf({ design, subjectWindowSeconds: 60 }, language)).toContain(
      'rollout.design: takes rollout.metrics: guardrails compare nothing within a subject',
    );
    expect(problemsOf({ ...asked, covariateSeconds: 60 }, language)).toEqual([
      "rollout.covariateSeconds: takes design 'subjects': a subject that is compared with itself needs none",
    ]);
    expect(problemsOf({ ...asked, design: 'alternating' }, language)).toHaveLength(1);
  });
});
