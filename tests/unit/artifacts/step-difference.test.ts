import { describe, expect, it } from 'vitest';
import { compareSteps, describeDifferences } from '../../../artifacts/step-difference.ts';
import { codeOf } from '../../support/code.ts';

const step = { code: codeOf('a'), parameters: {}, inputs: {} };

describe('the difference of two steps', () => {
  it('is none where they have the same key', () => {
    const parameters = { steps: [{ kind: 'strip-html' }], empty: [], nothing: null };
    expect(
      compareSteps({ ...step, parameters }, { ...step, parameters: structuredClone(parameters) }),
    ).toEqual([]);
  });

  it('names parameters by their path, with what they were and are', () => {
    const before = { steps: [{ kind: 'drop', threshold: 0.8 }], gone: true };
    const now = { steps: [{ kind: 'drop', threshold: 0.9 }], added: { deep: 'x' } };
    expect(compareSteps({ ...step, parameters: before }, { ...step, parameters: now })).toEqual([
      { part: 'parameter', name: 'added.deep', now: '"x"' },
      { part: 'parameter', name: 'gone', before: 'true' },
      { part: 'parameter', name: 'steps[0].threshold', before: '0.8', now: '0.9' },
    ]);
  });

  it('tells an empty list from one that is not', () => {
    expect(compareSteps({ ...step, parameters: { a: [] } }, { ...step, parameters: { a: [1] } })).toEqual([
      { part: 'parameter', name: 'a', before: '[]' },
      { part: 'parameter', name: 'a[0]', now: '1' },
    ]);
  });

  it('names no file where the code is the same, whatever its comments say', () => {
    const { files } = codeOf({ 'a.ts': 'other comment' });
    expect(compareSteps(step, { ...step, code: { ...step.code, files } })).toEqual([]);
  });

  it('cuts long values short', () => {
    const [{ now }] = compareSteps(step, { ...step, parameters: { text: 'x'.repeat(500) } }).slice(-1);
    expect(now).toHaveLength(60);
  });

  it('is told in one sentence, however much differs', () => {
    const parameters = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`p${index}`, index]));
    const files = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`f${index}.ts`, 'x']));
    const sentence = describeDifferences(compareSteps(step, { ...step, code: codeOf(files), parameters }));
    expect(sentence).toBe(
      'code differs in f0.ts, f1.ts, f2.ts, f3.ts and 3 more files; parameter (all) is gone, was {};' +
        ' parameter p0 is new: 0; parameter p1 is new: 1; parameter p2 is new: 2; 6 more parts differ',
    );
  });
});
