import { describe, expect, it } from 'vitest';
import { durationText, progressBar, progressText } from '../../../command-line/training-progress.ts';

const progress = { phase: 'pretraining', step: 40, totalSteps: 400 };

describe('the progress of a training', () => {
  it('is told with loss, tokens a second and the time left', () => {
    const told = { ...progress, loss: 3.21066, tokensPerSecond: 21_034.4, secondsLeft: 125 };
    expect(progressText(told)).toBe('pretraining: step 40/400, loss 3.2107, 21034 tokens/s, 2 min 5 s left');
  });

  it('leaves out what is not known, and the time left at the end', () => {
    expect(progressText(progress)).toBe('pretraining: step 40/400');
    expect(progressText({ ...progress, step: 400, secondsLeft: 0 })).toBe('pretraining: step 400/400');
  });

  it.each([
    [0.2, '1 s'],
    [7, '7 s'],
    [60, '1 min'],
    [125, '2 min 5 s'],
    [11_400, '3 h 10 min'],
    [3_605, '1 h'],
    [187_200, '2 d 4 h'],
  ])('has %d seconds as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it('fills its bar with the steps, and no further', () => {
    expect(progressBar(progress, 10)).toBe('█░░░░░░░░░');
    expect(progressBar({ ...progress, step: 500 }, 4)).toBe('████');
  });
});
