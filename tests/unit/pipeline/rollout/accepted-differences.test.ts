import { describe, expect, it } from 'vitest';
import type { FeedbackRecord } from '../../../../contracts/observation.ts';
import { acceptedDifferences } from '../../../../pipeline/rollout/accepted-differences.ts';
import type { ComparedAnswer } from '../../../../pipeline/rollout/preference-differences.ts';

const answer = (id: string, at: number, overrides: Partial<ComparedAnswer> = {}): ComparedAnswer => ({
  ...{ id, arm: id.startsWith('new') ? 'challenger' : 'champion', step: 1, subject: `of ${id}`, at },
  ...overrides,
});
const written = (
  prediction: string,
  [one, two]: readonly [number, number?],
  seconds = 200,
): FeedbackRecord => ({
  ...{ kind: 'feedback', prediction, at: new Date(seconds * 1_000).toISOString() },
  ...{ correction: 'better', likelihoods: { 1: one, ...(two !== undefined && { 2: two }) } },
});
const options = {
  nowSeconds: 300,
  labelHorizonSeconds: 0,
  subjectWindowSeconds: 0,
  champion: 1,
  challenger: 2,
};
const differences = (
  answers: readonly ComparedAnswer[],
  feedback: readonly FeedbackRecord[],
  using = options,
) => acceptedDifferences(answers, feedback, using).map(({ difference }) => difference);

describe('acceptedDifferences', () => {
  it('joins a text of either arm, so that a text which is like the answer it corrects favours neither', () => {
    const answers = [answer('old-a', 1), answer('old-b', 2), answer('old-c', 3), answer('new-a', 4)];
    const feedback = ['old-a', 'old-b', 'old-c'].map((id) => written(id, [0.75, 0.25]));
    expect(differences(answers, feedback)).toEqual([]);
    expect(differences(answers, [...feedback, written('new-a', [0.25, 0.75])])).toEqual([0]);
  });

  it('is the mean of what both texts gain by the challenger, at the time of the later answer', () => {
    const answers = [answer('new-a', 1), answer('old-a', 2), answer('old-b', 5), answer('new-b', 6)];
    const feedback = [
      written('old-a', [0.5, 0.75]),
      written('new-a', [0.25, 0.75]),
      written('new-b', [0.5, 0.25]),
      written('old-b', [0.5, 0.5]),
    ];
    expect(acceptedDifferences(answers, feedback, options)).toEqual([
      { subject: 'of old-a', step: 1, at: 2, difference: 0.375 },
      { subject: 'of new-b', step: 1, at: 6, difference: -0.125 },
    ]);
  });

  it('leaves out other steps, texts that one version did not score, and answers younger than the label horizon', () => {
    const answers = [
      answer('old-a', 1),
      answer('new-a', 2, { step: 2 }),
      answer('new-b', 3),
      answer('new-c', 250),
    ];
    const scored = ['old-a', 'new-a', 'new-c', 'elsewhere'].map((id) => written(id, [0.5, 0.75]));
    const feedback = [...scored, written('new-b', [0.5])];
    expect(differences(answers, feedback)).toEqual([0.25]); // old-a and new-c
    expect(differences(answers, feedback, { ...options, labelHorizonSeconds: 100 })).toEqual([]);
  });

  it('takes a subject once, and what was written last', () => {
    const kim = { subject: 'kim' };
    const answers = [
      answer('old-a', 1, kim),
      answer('old-b', 2, kim),
      answer('new-a', 3),
      answer('new-b', 4),
    ];
    const feedback = [
      written('old-a', [0.5, 0.75], 260),
      written('old-a', [0.5, 0.5], 250),
      ...['old-b', 'new-a', 'new-b'].map((id) => written(id, [0.5, 1])),
    ];
    expect(differences(answers, feedback)).toEqual([0.375]);
  });
});
