import { describe, expect, it } from 'vitest';
import { canBeTrained, planText } from '../../../command-line/training-plan.ts';
import type { PlannedPhase, TrainingPlanResult } from '../../../contracts/training-plan.ts';

const mebibyte = 2 ** 20;
const phase: PlannedPhase = {
  phase: 'pretraining',
  parameters: 6_918_144,
  steps: 1_250,
  tokensPerStep: 2_048,
  memory: {
    parameters: 26 * mebibyte,
    optimizer: 52 * mebibyte,
    gradients: 26 * mebibyte,
    activations: 600 * mebibyte,
    graphs: 60 * mebibyte,
    checkpoint: 237 * mebibyte,
    total: 842 * mebibyte,
  },
  rowsAtOnce: 8,
  rowsThatFit: 8,
  seconds: 125,
  tokensPerSecond: 20_480.4,
};
const planOf = (change: Partial<PlannedPhase> = {}): TrainingPlanResult => ({
  documents: { count: 20_000, source: 'collected' },
  phases: [{ ...phase, ...change }],
  availableBytes: 8 * 1_024 * mebibyte,
  processBytes: 450 * mebibyte,
  processor: 'AMD EPYC',
  processors: 2,
  speed: { matrixOperationsPerSecond: 1e11, bytesPerSecond: 1e10 },
});

describe('the plan of a training', () => {
  it('is told with a line a phase: parameters, steps, memory of the process, time, and whether it fits', () => {
    expect(planText(planOf()).split('\n')).toEqual([
      '20000 documents, as collected so far',
      'phase        parameters  steps  memory   time         tokens/s',
      'pretraining  6.9 M       1250   1.3 GiB  ≤ 2 min 5 s  ≥ 20480   fits',
      'pretraining: parameters 26.0 MiB, optimizer 52.0 MiB, gradients 26.0 MiB, activations 600.0 MiB, graphs 60.0 MiB, checkpoint 237.0 MiB',
      'trained on 2 × AMD EPYC, 8.0 GiB of memory left; nothing was started',
    ]);
  });

  it('says how much of a model is learned where adapters are', () => {
    const text = planText(planOf({ parameters: 16_384, frozenParameters: 1_250_000 }));
    expect(text).toContain('pretraining  16 k of 1.3 M');
  });

  it('says for how many documents it is where none was collected', () => {
    const plan = { ...planOf(), documents: { count: 1_000, source: 'assumed' as const } };
    expect(planText(plan)).toContain('for 1000 documents, since none was collected yet');
  });

  it('says what to change where fewer rows fit, and where none does', () => {
    const fewer = planOf({ rowsThatFit: 3 });
    expect([canBeTrained(fewer), planText(fewer)]).toEqual([
      true,
      expect.stringContaining('fits with a microBatchSize of 3'),
    ]);
    const none = planOf({ rowsThatFit: 0 });
    expect([canBeTrained(none), planText(none)]).toEqual([
      false,
      expect.stringContaining('does not fit: a shorter contextLength or a smaller model'),
    ]);
  });
});
