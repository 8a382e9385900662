import { describe, expect, it } from 'vitest';
import {
  type ExperimentInput,
  gatherEvidence,
  gatherGuardrailEvidence,
} from '../../../activities/experiment-evidence.ts';
import { rolloutSchema } from '../../../contracts/model-spec/judgement.ts';
import type {
  Answer,
  CompletionRecord,
  FeedbackRecord,
  Observation,
  PredictionRecord,
} from '../../../contracts/observation.ts';

const start = Date.parse('2026-05-01T00:00:00Z');
const timeAt = (seconds: number) => new Date(start + seconds * 1_000);

/** @param spam the probability of spam */
const answer = (version: number, spam: number): Answer => ({
  version,
  label: spam >= 0.5 ? 'spam' : 'ham',
  probabilities: { ham: 1 - spam, spam },
  latencyMs: 5,
});

let ids = 0;
/** A champion's answer 0.5 spam, with the challenger's in the shadow. */
const prediction = (overrides: Partial<PredictionRecord> = {}): PredictionRecord => {
  ids += 1;
  return {
    kind: 'prediction',
    id: `p${ids}`,
    at: timeAt(1).toISOString(),
    model: 'mail-filter',
    subject: `s${ids}`,
    generation: 3,
    experiment: 'mail-filter-2',
    step: 1,
    arm: 'champion',
    served: answer(1, 0.5),
    shadow: answer(2, 1),
    ...overrides,
  };
};
const labelFor = ({ id }: PredictionRecord, label = 'spam'): FeedbackRecord => ({
  kind: 'feedback',
  prediction: id,
  label,
  at: timeAt(2).toISOString(),
});
const labelled = (predictions: readonly PredictionRecord[]): Observation[] => [
  ...predictions,
  ...predictions.map((it) => labelFor(it)),
];

const input: ExperimentInput = {
  model: 'mail-filter',
  version: 2,
  champion: 1,
  experiment: 'mail-filter-2',
  policy: rolloutSchema.parse({}),
  mode: 'canary',
  step: 1,
  trafficFraction: 0.25,
  qualityProven: true,
  startedAt: timeAt(0).toISOString(),
  elapsedSeconds: 10,
};
const healthy = { status: 'healthy' as const, reasons: [] };
const gather = (records: readonly Observation[], overrides: Partial<ExperimentInput> = {}) =>
  gatherEvidence({ ...input, ...overrides }, { records, health: healthy, now: timeAt(10) });

describe('gatherEvidence', () => {
  it('pairs both versions’ losses on a label, whichever of them was served', () => {
    const records = labelled([
      prediction(), // champion 0.5 → 0.25, challenger 1 → 0
      prediction({ arm: 'challenger', served: answer(2, 0.5), shadow: answer(1, 0) }), // 1 and 0.25
    ]);
    const { paired, labels } = gather(records).evidence;
    expect(paired.n).toBe(2);
    expect(paired.estimate).toBeCloseTo((0.25 + 0.75) / 2, 12);
    expect(labels).toMatchObject({ labelled: 2, paired: 2 });
  });

  it('compares wrong answers where the policy says accuracy', () => {
    const records = labelled([
      prediction({ served: answer(1, 0.4) }),
      prediction({ served: answer(1, 0.9) }),
    ]);
    const policy = rolloutSchema.parse({ metric: 'accuracy' });
    expect(gather(records, { policy }).evidence.paired.estimate).toBe(0.5);
  });

  it('tests a step that only guards at its share of alpha, and the phase that decides at all of it', () => {
    const records = labelled(
      Array.from({ length: 100 }, (_, index) => prediction({ served: answer(1, index % 2 ? 0.4 : 0.9) })),
    );
    const widthOf = (qualityProven: boolean, alpha: number) => {
      const policy = rolloutSchema.parse({ alpha, steps: [0.05, 0.25, 0.5], maximumSample: 100 });
      const { interval } = gather(records, { policy, qualityProven }).evidence.paired;
      return (interval?.upper ?? NaN) - (interval?.lower ?? NaN);
    };
    expect(widthOf(true, 0.03)).toBe(widthOf(false, 0.01));
    expect(widthOf(true, 0.03)).toBeGreaterThan(widthOf(false, 0.03));
  });

  it('counts a subject once, with its first answer, however often it asks', () => {
    const first = prediction({ subject: 'kim' });
    const again = prediction({ subject: 'kim', at: timeAt(3).toISOString(), served: answer(1, 0) });
    const { evidence, requests } = gather(labelled([again, first]));
    expect(requests).toBe(2);
    expect(evidence.paired).toMatchObject({ n: 1, estimate: 0.25 });
    expect(evidence.labels).toMatchObject({ labelled: 1, paired: 1 });
  });

  it('leaves out other experiments, other steps, and traffic outside of experiments', () => {
    const { experiment: _experiment, step: _step, ...outside } = prediction();
    const records = labelled([
      prediction(),
      prediction({ experiment: 'mail-filter-3' }),
      prediction({ step: 0 }),
      outside,
    ]);
    const { evidence, requests } = gather(records);
    expect([requests, evidence.paired.n, evidence.labels.labelled]).toEqual([1, 1, 1]);
  });

  it('waits for the label horizon of every answer, so that early labels have no advantage', () => {
    const records = labelled([prediction(), prediction({ at: timeAt(8).toISOString() })]);
    const policy = rolloutSchema.parse({ labelHorizonSeconds: 5 });
    const { evidence, requests } = gather(records, { policy });
    expect(requests).toBe(2);
    expect(evidence.labels.labelled).toBe(1);
    expect(evidence.paired.n).toBe(1);
  });

  it('counts a labelled answer without its other half as labelled, not as paired', () => {
    const { shadow: _shadow, ...alone } = prediction({ shadowError: 'out of time', shadowVersion: 2 });
    const { labels, paired } = gather(labelled([prediction(), alone])).evidence;
    expect(labels).toMatchObject({ labelled: 2, paired: 1 });
    expect(paired.n).toBe(1);
  });

  it('takes no loss from an answer that has no label', () => {
    const { evidence, requests } = gather([prediction(), prediction()]);
    expect([requests, evidence.paired.n, evidence.labels.labelled]).toEqual([2, 0, 0]);
  });

  it('takes the corrected label', () => {
    const one = prediction();
    const corrected: FeedbackRecord = { ...labelFor(one, 'ham'), at: timeAt(5).toISOString() };
    const { paired } = gather([one, labelFor(one), corrected]).evidence;
    expect(paired.estimate).toBeCloseTo(0.25 - 1, 12); // the challenger was sure of spam
  });

  const arms = (champions: number, challengers: number) => [
    ...Array.from({ length: champions }, () => prediction()),
    ...Array.from({ length: challengers }, () => prediction({ arm: 'challenger' })),
  ];

  it('tests the subjects of each arm against the share that the step asks for', () => {
    expect(gather(arms(300, 100)).evidence.sampleRatio?.mismatch).toBe(false);
    expect(gather(arms(200, 200)).evidence.sampleRatio?.mismatch).toBe(true);
    expect(gather(arms(200, 200), { trafficFraction: 0.5 }).evidence.sampleRatio?.mismatch).toBe(false);
  });

  it('finds the split right again once traffic that was kept to one arm has thinned out', () => {
    const kept = arms(60, 0);
    expect(gather(kept, { trafficFraction: 0.5 }).evidence.sampleRatio?.mismatch).toBe(true);
    const sound = arms(600, 600);
    expect(gather([...kept, ...sound], { trafficFraction: 0.5 }).evidence.sampleRatio?.mismatch).toBe(false);
  });

  it('does not take the repeats of one subject for a skewed split', () => {
    const repeats = Array.from({ length: 400 }, () => prediction({ subject: 'robot' }));
    expect(gather([...arms(300, 100), ...repeats]).evidence.sampleRatio?.mismatch).toBe(false);
  });

  it('finds labels that come for one arm only', () => {
    const all = arms(300, 100);
    const forChallenger = all.filter(({ arm }) => arm === 'challenger').map((it) => labelFor(it));
    const { labels, sampleRatio } = gather([...all, ...forChallenger]).evidence;
    expect(sampleRatio?.mismatch).toBe(false);
    expect(labels.ratio?.mismatch).toBe(true);
  });

  it('tests no split in the shadow, which has none', () => {
    const { evidence } = gather(labelled(arms(100, 0)), { mode: 'shadow', trafficFraction: 0 });
    expect(evidence).toMatchObject({ phase: 'shadow', sampleRatio: null, labels: { ratio: null } });
  });

  it('passes on what it was told', () => {
    expect(gather([]).evidence).toMatchObject({ qualityProven: true, elapsedSeconds: 10, health: healthy });
  });
});

describe('gatherGuardrailEvidence', () => {
  const completion = (subject: string, overrides: Partial<CompletionRecord> = {}): CompletionRecord => ({
    kind: 'completion',
    ...{ id: subject, at: timeAt(0).toISOString(), model: 'speeches', subject },
    ...{ generation: 3, experiment: input.experiment, step: input.step, arm: 'champion', version: 1 },
    ...{ latencyMs: 5, promptTokens: 3, completionTokens: 9 },
    ...overrides,
  });
  const weigh = (records: readonly Observation[]) =>
    gatherGuardrailEvidence({ ...input, trafficFraction: 0.5 }, { records, health: healthy });

  it('counts the completions of this step alone, and tests its shares on subjects', () => {
    const others = [completion('other', { step: 7 }), completion('another', { experiment: 'before' })];
    const even = Array.from({ length: 60 }, (_, index) =>
      completion(`s-${index}`, { arm: index % 2 === 0 ? 'champion' : 'challenger' }),
    );
    const { requests, evidence } = weigh([...others, ...even, prediction()]);
    expect([requests, evidence.sampleRatio.mismatch]).toEqual([60, false]);
    const often = Array.from({ length: 60 }, () => completion('s-1', { arm: 'challenger' }));
    expect(weigh([...even, ...often]).evidence.sampleRatio.mismatch).toBe(false);
  });

  it('finds that an arm does not get its share', () => {
    const all = Array.from({ length: 60 }, (_, index) => completion(`s-${index}`));
    expect(weigh(all).evidence.sampleRatio.mismatch).toBe(true);
  });
});
