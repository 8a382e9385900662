import { describe, expect, it } from 'vitest';
import type { FeedbackRecord } from '../../../../contracts/observation.ts';
import {
  type ComparedAnswer,
  preferenceDifferences,
} from '../../../../pipeline/rollout/preference-differences.ts';

const answer = (id: string, overrides: Partial<ComparedAnswer> = {}): ComparedAnswer => ({
  ...{ id, arm: id.startsWith('new') ? 'challenger' : 'champion', step: 1, subject: `of ${id}`, at: 100 },
  ...overrides,
});
const said = (chosen: string, rejected: string, { tie = false, seconds = 200 } = {}): FeedbackRecord => ({
  ...{ kind: 'feedback', prediction: chosen, at: new Date(seconds * 1_000).toISOString() },
  preference: {
    ...{ chosen: { response: chosen }, rejected: { response: rejected } },
    ...(tie && { tie: true as const }),
  },
});
const options = { nowSeconds: 300, labelHorizonSeconds: 0, subjectWindowSeconds: 0 };
const differences = (
  answers: readonly ComparedAnswer[],
  feedback: readonly FeedbackRecord[],
  using = options,
) => preferenceDifferences(answers, feedback, using).map(({ difference }) => difference);

describe('preferenceDifferences', () => {
  it('is 1 where the challenger won, -1 where the champion did, and 0 for a tie', () => {
    const answers = ['old-a', 'new-a', 'old-b', 'new-b', 'old-c', 'new-c'].map((id, index) =>
      answer(id, { at: index }),
    );
    const feedback = [said('new-a', 'old-a'), said('old-b', 'new-b'), said('old-c', 'new-c', { tie: true })];
    expect(differences(answers, feedback)).toEqual([1, -1, 0]);
  });

  it('leaves out pairs of one arm, of two steps, of other texts, and of answers that are not of the experiment', () => {
    const answers = [answer('old-a'), answer('old-b'), answer('new-a', { step: 2 }), answer('new-b')];
    const text: FeedbackRecord = {
      ...said('new-b', 'old-a'),
      preference: { chosen: { response: 'new-b' }, rejected: { text: 'mine' } },
    };
    const feedback = [said('old-a', 'old-b'), said('new-a', 'old-b'), text, said('new-b', 'elsewhere')];
    expect(differences(answers, feedback)).toEqual([]);
  });

  it('counts what was said last of a pair, once, from whichever side it was told', () => {
    const answers = [answer('old-a'), answer('new-a')];
    const feedback = [
      said('old-a', 'new-a', { seconds: 260 }),
      said('new-a', 'old-a', { seconds: 250 }),
      said('new-a', 'old-a', { seconds: 240 }),
    ];
    expect(differences(answers, feedback)).toEqual([-1]);
  });

  it('takes a subject into one comparison, and waits for the label horizon of the later answer', () => {
    const answers = [
      answer('old-a', { at: 10, subject: 'kim' }),
      answer('new-a', { at: 20 }),
      answer('old-b', { at: 30, subject: 'kim' }),
      answer('new-b', { at: 40 }),
      answer('new-c', { at: 250, subject: 'lee' }),
      answer('old-c', { at: 50, subject: 'lee' }),
    ];
    const feedback = [said('old-b', 'new-b'), said('new-a', 'old-a'), said('new-c', 'old-c')];
    expect(differences(answers, feedback, { ...options, labelHorizonSeconds: 60 })).toEqual([1]);
    expect(differences(answers, feedback)).toEqual([1, 1]);
  });
});
