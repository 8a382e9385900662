import { describe, expect, it } from 'vitest';
import { chooseTexts } from '../../../../pipeline/evaluation/attention-texts.ts';
import type { Predictions } from '../../../../pipeline/evaluation/predictions.ts';
import { exampleInput } from './evaluation-example.ts';

const decision = { positive: 1, threshold: 0.5 };
const predictions: Predictions = { ...exampleInput().holdout, classes: 2 };

/** @param lengths tokens of each of the ten mails */
function chosen(lengths: readonly number[], given: Predictions = predictions): string[] {
  return chooseTexts(given, { decision, lengths, shownTokens: 8 }).map(
    ({ chosenAs, example }) => `${chosenAs} ${example}`,
  );
}
const short = Array.from({ length: 10 }, () => 5);

describe('the texts that a report looks into', () => {
  it('are the surest right answer of each of two labels, the error nearest to the truth, and the worst', () => {
    expect(chosen(short)).toEqual(['right 0', 'right 6', 'near-miss 9', 'worst-error 4']);
  });

  it('carry the probability of the answer, not of the truth', () => {
    const texts = chooseTexts(predictions, { decision, lengths: short, shownTokens: 8 });
    expect(texts.map(({ probability }) => probability)).toEqual([0.95, 0.9, 0.6, 0.66]);
  });

  it('are right answers that can be shown whole, where there are such', () => {
    expect(chosen(short.with(0, 9)).at(0)).toBe('right 1');
    expect(chosen(short.map(() => 9)).at(0)).toBe('right 0');
  });

  it('are fewer where there are few errors, or no right answers', () => {
    const labels = predictions.labels.with(4, 1);
    expect(chosen(short, { ...predictions, labels })).toEqual(['right 0', 'right 6', 'worst-error 9']);
    const opposite = predictions.labels.map((label, at) => (at === 4 || at === 9 ? label : 1 - label));
    expect(chosen(short, { ...predictions, labels: opposite })).toEqual(['near-miss 9', 'worst-error 0']);
  });
});
