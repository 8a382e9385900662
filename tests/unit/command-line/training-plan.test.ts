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
  speed: { matrixOperationsPerSecond: { float32: 1e11 }, bytesPerSecond: 1e10 },
});

describe('the plan of a training', () => {
  it('is told with a line a phase: parameters, steps, memory of the process, time, and whether it fits', () => {
    expect(planText(planOf()).split('\n')).toEqual([
      '20000 documents, as collected so far',
      'phase        parameters  steps  memory   time         tokens/s',
      'pretraining  6.9 M       1250   1.3 GiB  ≤ 2 min 5 s  ≥ 20480   fits',
      'pretraining: parameters 26.0 MiB, optimizer 52.0 MiB, gradients 26.0 MiB, activations 600.0 MiB, graphs 60.0 MiB, checkpoint 237.0 MiB',
      'pretraining: time from what was measured just now: float32 products 100.0 GFLOP/s, memory 10.0 GB/s',
      'trained on 2 × AMD EPYC, 8.0 GiB of memory left; nothing was started',
    ]);
  });

  it('says how much of a model is learned where adapters are', () => {
    const text = planText(planOf({ parameters: 16_384, frozenParameters: 1_250_000 }));
    expect(text).toContain('pretraining  16 k of 1.3 M');
  });

  it('says for how many documents it is where none was collected', () => {
    const plan = { ...planOf(), documents: { count: 1_000, source: 'assumed' as const } };
    expect(planText(plan)).toContain('for 1000 documents, which is assumed: none was collected yet\n');
    const files = { count: 3, source: 'files' as const, sizeBytes: 4_096 };
    expect(planText({ ...plan, documents: files })).toContain(
      'for 3 documents, as many as there are files: none was collected yet\n',
    );
  });

  it('says how long documents are taken to be that are read one after the other, and why', () => {
    const documents = { count: 3, source: 'collected' as const, tokensEach: 128 };
    expect(planText({ ...planOf(), documents })).toContain(
      '3 documents, as collected so far; each is taken to have 128 tokens, a window\n',
    );
    const measured = { ...documents, tokensEach: 343, sizeBytes: 4_096 };
    expect(planText({ ...planOf(), documents: measured })).toContain(
      'each is taken to have 343 tokens, by the 4.0 KiB of the files\n',
    );
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

  it('says of which version a time is, and of what was measured where there is none', () => {
    const [pretraining, fineTuning] = [
      { ...phase, asFastAs: 3 },
      { ...phase, phase: 'fine-tuning' as const },
    ];
    const matrixOperationsPerSecond = { float32: 1e11, bfloat16: 4.5e11 };
    const plan = { ...planOf(), phases: [pretraining, fineTuning] };
    const text = planText({ ...plan, speed: { ...plan.speed, matrixOperationsPerSecond } });
    expect(text).toMatch(/^pretraining .* 2 min 5 s +20480 +fits$/m);
    expect(text).toMatch(/^fine-tuning .* ≥ 20480 +fits$/m);
    expect(text).toContain('pretraining: time as version 3 took for as many tokens');
    expect(text).toContain(
      'fine-tuning: time from what was measured just now: float32 products 100.0 GFLOP/s, bfloat16 products 450.0 GFLOP/s, ',
    );
  });

  it('tells a search before its phase: its steps in all, and how many trials go how far', () => {
    const rungs = [
      { trials: 9, steps: 50 },
      { trials: 3, steps: 150 },
    ];
    const search = { ...phase, steps: 750, seconds: 75, goesOn: false, rungs };
    const lines = planText({ ...planOf(), search }).split('\n');
    expect(lines[2]).toMatch(/^search of pretraining +6\.9 M +750 .*≤ 1 min 15 s/);
    expect(lines[3]).toMatch(/^pretraining +6\.9 M +1250/);
    const told = 'search of pretraining: 9 trials to step 50, 3 to step 150; then the phase, from';
    expect(lines).toContain(`${told} its start`);
    expect(planText({ ...planOf(), search: { ...search, goesOn: true } })).toContain(
      `${told} the best one's step 150`,
    );
  });
});
