import { describe, expect, it } from 'vitest';
import type { TrainingResult } from '../../../contracts/stage-results.ts';
import { describeTraining, rolloutDetails } from '../../../workflows/story.ts';
import { referenceOf } from '../../support/model-fixtures.ts';

const reference = referenceOf('anything', 'story');
const trained: TrainingResult = {
  weights: reference,
  labels: ['ham', 'spam'],
  training: reference,
  holdout: reference,
  trainingCount: 1_000,
  holdoutCount: 100,
  curve: reference,
  lastPoint: undefined,
  steps: 250,
  tokensPerSecond: 20_000.4,
  environment: {},
  lineage: [],
};

describe('a rollout in Markdown', () => {
  it('tells that its sample ratio holds it, with the share that stays and the p-value', () => {
    const hold = { reason: 'the arms did not get the shares asked for', pValue: 0.000_21 };
    const look = {
      verdict: 'continue',
      pairs: 0,
      requests: 90,
      reasons: [`held: ${hold.reason}`],
      hold,
    } as const;
    const details = rolloutDetails({ phase: 'canary', step: 1, trafficFraction: 0.25, look });
    expect(details).toContain('25 % of the traffic\n\n**held by its sample ratio, p 0.00021**');
    expect(details).toContain(look.reasons[0]);
  });
});

describe('a training in a line', () => {
  it('tells examples, steps and speed', () => {
    expect(describeTraining(trained)).toBe('1000 examples, 250 steps, 20000 tokens/s');
    const memory = { peakBytes: 812_300_000, estimatedBytes: 790_000_000 };
    expect(describeTraining({ ...trained, memory })).toBe(
      '1000 examples, 250 steps, 20000 tokens/s, 812 MB (790 MB estimated)',
    );
  });

  it('tells with early stopping at which step it ended and which one was kept', () => {
    const ended = { plannedSteps: 400, keptStep: 200, keptLoss: 0.1 };
    expect(describeTraining({ ...trained, earlyStopping: ended })).toBe(
      '1000 examples, 250 of 400 steps (step 200 kept), 20000 tokens/s',
    );
    expect(describeTraining({ ...trained, earlyStopping: { ...ended, plannedSteps: 250 } })).toBe(
      '1000 examples, 250 steps (step 200 kept), 20000 tokens/s',
    );
    const pretraining = { curve: reference, steps: 300, earlyStopping: ended };
    expect(describeTraining({ ...trained, pretraining })).toBe(
      '300 of 400 steps (step 200 kept) of pretraining, 1000 examples, 250 steps, 20000 tokens/s',
    );
  });
});
