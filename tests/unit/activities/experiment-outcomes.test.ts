import { describe, expect, it } from 'vitest';
import type { ExperimentInput } from '../../../activities/experiment-evidence.ts';
import { gatherOutcomeEvidence, outcomesSince } from '../../../activities/experiment-outcomes.ts';
import { rolloutSchema } from '../../../contracts/model-spec/judgement.ts';
import type { CompletionRecord, FeedbackRecord, Observation } from '../../../contracts/observation.ts';
import { judgeByOutcomes } from '../../../pipeline/rollout/outcome-verdict.ts';

const start = Date.parse('2026-05-01T00:00:00Z');
const timeAt = (seconds: number) => new Date(start + seconds * 1_000).toISOString();
const policy = rolloutSchema.parse({
  steps: [0.2, 0.5],
  metrics: ['rating', 'uncorrected'],
  interval: 'exact',
});
const input: ExperimentInput = {
  ...{ model: 'speaker', version: 2, champion: 1, experiment: 'speaker-2', policy, mode: 'canary' },
  ...{ step: 2, trafficFraction: 0.5, qualityProven: true, startedAt: timeAt(500), elapsedSeconds: 61 },
  ...{ rolloutStartedAt: timeAt(0), judgedBy: 'guardrails' },
};
const completion = (id: string, overrides: Partial<CompletionRecord> = {}): CompletionRecord => ({
  ...{ kind: 'completion', id, at: timeAt(510), model: 'speaker', subject: `user of ${id}`, generation: 3 },
  ...{ experiment: 'speaker-2', step: 2, arm: 'champion', version: 1 },
  ...{ latencyMs: 5, promptTokens: 3, completionTokens: 9 },
  ...overrides,
});
const said = (prediction: string, feedback: Partial<FeedbackRecord>, seconds = 520): FeedbackRecord => ({
  ...{ kind: 'feedback', prediction, at: timeAt(seconds) },
  ...feedback,
});
const stars = (value: number) => ({ rating: { value, minimum: 1, maximum: 5 } });
const gather = (records: readonly Observation[], using = policy) =>
  gatherOutcomeEvidence(
    { ...input, policy: using },
    { records, health: { status: 'healthy', reasons: [] }, now: new Date(start + 600_000) },
  );

describe('gatherOutcomeEvidence', () => {
  it('puts ratings on one scale, and compares the arms over all steps', () => {
    const { evidence, requests } = gather([
      completion('a'),
      completion('b', { arm: 'challenger', version: 2 }),
      completion('c', { step: 1, at: timeAt(10) }),
      completion('other', { experiment: 'speaker-1' }),
      said('a', stars(1)),
      said('b', stars(5)),
      said('c', stars(3)),
      said('other', stars(1)),
      said('unknown', stars(1)),
    ]);
    const [rating] = evidence.standings;
    expect(rating).toMatchObject({ metric: 'rating', champion: 2, challenger: 1 });
    expect(rating.estimate).toBeGreaterThan(0);
    expect(evidence).toMatchObject({ isLastStep: true, stepSubjects: 2 });
    expect(requests).toBe(2);
  });

  it('counts the last rating, an answer that was corrected as corrected, and others that were spoken of as not', () => {
    const { standings } = gather([
      ...['a', 'b'].map((id) => completion(id)),
      completion('c', { arm: 'challenger', version: 2 }),
      said('a', stars(1), 520),
      said('a', stars(5), 530),
      said('b', { correction: 'as it should be' }, 520),
      said('b', { label: 'fine' }, 540),
      said('c', stars(5)),
    ]).evidence;
    expect(standings[0]).toMatchObject({ champion: 1, challenger: 1 });
    expect(standings[1]).toMatchObject({ metric: 'uncorrected', champion: 2, challenger: 1 });
  });

  it('compares subjects with themselves in an interleaved experiment, and tests shares on requests', () => {
    const using = { ...policy, design: 'interleaved' as const, subjectWindowSeconds: 60 };
    const answers = Array.from({ length: 40 }, (_, index) => {
      const arm = index % 2 === 0 ? ('champion' as const) : ('challenger' as const);
      const subject = `user-${Math.floor(index / 4)}`;
      return completion(`r-${index}`, { arm, version: arm === 'champion' ? 1 : 2, subject });
    });
    const mood = (index: number) => 1 + (index % 3) + (index % 2);
    const records = [...answers, ...answers.map(({ id }, index) => said(id, stars(mood(index))))];
    const { evidence } = gather(records, using);
    expect(evidence.standings[0]).toMatchObject({ isInterleaved: true, champion: 10, challenger: 10 });
    expect(evidence.standings[0].estimate).toBeGreaterThan(0);
    expect(evidence).toMatchObject({ stepSubjects: 10, sampleRatio: { mismatch: false } });
    expect(evidence.outcomeRatio.mismatch).toBe(false);
    const silent = records.filter(
      (it) => it.kind === 'completion' || Number(it.prediction.slice(2)) % 2 === 0,
    );
    expect(gather(silent, using).evidence.stepSubjects).toBe(0);
    const more = Array.from({ length: 80 }, (_, index) => completion(`more-${index}`, { subject: 'user-1' }));
    expect(gather([...records, ...more], using).evidence.sampleRatio.mismatch).toBe(true);
  });

  it('knows what subjects said before the rollout, where the policy asks for it', () => {
    const using = { ...policy, covariateSeconds: 3_600 };
    const { experiment: _experiment, step: _step, ...outside } = completion('old', { at: timeAt(-60) });
    expect(outcomesSince({ ...input, policy: using }).getTime()).toBe(start - 3_600_000);
    expect(outcomesSince({ ...input, policy }).getTime()).toBe(start);
    const people = Array.from({ length: 60 }, (_, index) => index);
    const records = people.flatMap((index) => {
      const subject = `user-${index}`;
      const arm = index % 2 === 0 ? ('champion' as const) : ('challenger' as const);
      const mood = 1 + (index % 5);
      return [
        { ...outside, id: `old-${index}`, subject },
        completion(`new-${index}`, { subject, arm, version: arm === 'champion' ? 1 : 2 }),
        said(`old-${index}`, stars(mood), -30),
        said(`new-${index}`, stars(mood)),
      ];
    });
    const asymptotic = {
      ...using,
      metrics: ['rating' as const],
      interval: 'asymptotic' as const,
      minimumSample: 30,
    };
    const width = (of: readonly Observation[]) => {
      const interval = gather(of, asymptotic).evidence.standings[0]?.interval;
      return (interval?.upper ?? NaN) - (interval?.lower ?? NaN);
    };
    const unknown = records.filter((it) => it.kind === 'feedback' || it.id.startsWith('new'));
    expect(width(records)).toBeLessThan(0.95 * width(unknown));
  });

  it('takes the scores that gateways gave, and tells a step’s subjects by what people said', () => {
    const people = Array.from({ length: 40 }, (_, index) => index);
    const records = people.map((index) => {
      const isNew = index % 2 === 1;
      const scores = { 'not-toxic': isNew ? 0 : 1 };
      return completion(`a-${index}`, {
        scores,
        ...(isNew && { arm: 'challenger' as const, version: 2 }),
      });
    });
    const scored = { ...policy, metrics: ['not-toxic' as const] };
    const { evidence } = gather(records, scored);
    expect(evidence.standings).toMatchObject([{ metric: 'not-toxic', champion: 20, challenger: 20 }]);
    expect(evidence.standings[0].pBelow).toBeLessThan(0.01);
    expect(evidence.stepSubjects).toBe(40);
    const both = { ...policy, metrics: ['not-toxic' as const, 'rating' as const] };
    expect(gather([...records, said('a-0', stars(5))], both).evidence).toMatchObject({ stepSubjects: 1 });
    expect(gather([completion('b')], scored).evidence.stepSubjects).toBe(0);
  });

  it('compares the texts that people wrote by how likely both versions find them', () => {
    const people = Array.from({ length: 80 }, (_, index) => index);
    const records = people.flatMap((index) => [
      completion(`r-${index}`, index % 2 === 0 ? {} : { arm: 'challenger', version: 2 }),
      said(`r-${index}`, { correction: 'as it should be', likelihoods: { 1: 0.2, 2: 0.9, 3: 1 } }),
    ]);
    const using = { ...policy, metrics: ['accepted-likelihood' as const] };
    const { evidence } = gather(records, using);
    expect(evidence.standings).toMatchObject([{ unit: 'pairs of texts', champion: 40, challenger: 40 }]);
    expect(evidence.standings[0].estimate).toBeCloseTo(0.7);
    expect(evidence).toMatchObject({ stepSubjects: 40, outcomeRatio: { mismatch: false } });
    const { verdict, reasons } = judgeByOutcomes(evidence, using);
    expect(verdict).toBe('promote');
    expect(reasons[1]).toMatch(/^accepted-likelihood higher by 0.7000 \(.*, 40 pairs of texts\)$/);
  });

  it('counts comparisons of answers of the two arms, whatever their shares', () => {
    const people = Array.from({ length: 20 }, (_, index) => index);
    const records = people.flatMap((index) => {
      const [chosen, rejected] = [{ response: `new-${index}` }, { response: `old-${index}` }];
      return [
        completion(`old-${index}`),
        completion(`new-${index}`, { arm: 'challenger', version: 2 }),
        said(`new-${index}`, { preference: { chosen, rejected } }),
      ];
    });
    const using = { ...policy, metrics: ['preference' as const] };
    const { evidence } = gather(records, using);
    expect(evidence.standings).toMatchObject([{ metric: 'preference', champion: 20, estimate: 1 }]);
    expect(evidence.standings[0].pAbove).toBeLessThan(0.01);
    expect(evidence).toMatchObject({ stepSubjects: 20, outcomeRatio: { pValue: 1 } });
    expect(
      judgeByOutcomes(evidence, { ...using, minimumSample: 30, stepMinimumSample: 1, stepMinimumSeconds: 0 }),
    ).toMatchObject({
      verdict: 'promote',
      reasons: expect.arrayContaining([expect.stringMatching(/20 comparisons/)]) as string[],
    });
  });
});
