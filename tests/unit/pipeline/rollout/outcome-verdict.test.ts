import { describe, expect, it } from 'vitest';
import { rolloutSchema } from '../../../../contracts/model-spec/judgement.ts';
import {
  compareOutcomes,
  judgeByOutcomes,
  type OutcomeEvidence,
  type OutcomeStanding,
} from '../../../../pipeline/rollout/outcome-verdict.ts';

const policy = rolloutSchema.parse({ patienceSeconds: 600, metrics: ['rating', 'uncorrected'] });
const lenient = { ...policy, objective: 'not-worse' as const, margin: 0.05 };
const even: OutcomeStanding = {
  ...{ metric: 'rating', champion: 210, challenger: 190, estimate: 0.01, pAbove: 0.4, pBelow: 0.9 },
  interval: { lower: -0.04, upper: 0.06 },
};
const better: OutcomeStanding = {
  ...even,
  estimate: 0.1,
  pAbove: 0.001,
  interval: { lower: 0.04, upper: 0.16 },
};
const worse: OutcomeStanding = {
  ...even,
  estimate: -0.1,
  pBelow: 0.001,
  interval: { lower: -0.16, upper: -0.04 },
};
const asAsked = { mismatch: false, logBayesFactor: -1, pValue: 1 };
const skewed = { mismatch: true, logBayesFactor: 9, pValue: 0.0001 };
const step: OutcomeEvidence = {
  ...{ elapsedSeconds: 61, isLastStep: false, stepSubjects: 40, standings: [even] },
  health: { status: 'healthy', reasons: [] },
  ...{ sampleRatio: asAsked, outcomeRatio: asAsked },
};
const judge = (change: Partial<OutcomeEvidence>, using = policy) =>
  judgeByOutcomes({ ...step, ...change }, using);

describe('compareOutcomes', () => {
  it('asks each of several outcomes for more, by Holm', () => {
    const barely = { ...even, pBelow: 0.02 };
    expect(compareOutcomes([barely], policy)).toBe('rollback');
    expect(compareOutcomes([barely, even], policy)).toBe('undecided');
    expect(compareOutcomes([{ ...barely, pBelow: 0.01 }, even], policy)).toBe('rollback');
  });

  it('finds harm before anything good, and good enough only in all of them', () => {
    expect(compareOutcomes([better, worse], policy)).toBe('rollback');
    expect(compareOutcomes([better, even], policy)).toBe('promote');
    expect(compareOutcomes([better, even], lenient)).toBe('undecided');
    expect(compareOutcomes([better, { ...even, pAbove: 0.02 }], lenient)).toBe('non-inferior');
  });
});

describe('judgeByOutcomes', () => {
  it('goes on to the next step while nothing speaks against a version, and proves it in the last', () => {
    expect(judge({}).verdict).toBe('promote');
    expect(judge({}).reasons).toContain('rating higher by 0.0100 (-0.0400 to 0.0600, 210 and 190 subjects)');
    expect(judge({ isLastStep: true }).verdict).toBe('continue');
    expect(judge({ isLastStep: true, standings: [better] }).verdict).toBe('promote');
  });

  it('takes a version back that people find worse, in words of theirs', () => {
    const { verdict, reasons } = judge({ standings: [worse], sampleRatio: skewed });
    expect(verdict).toBe('rollback');
    expect(reasons[1]).toBe('rating lower by 0.1000 (0.0400 to 0.1600, 210 and 190 subjects)');
  });

  it('stops at broken guardrails first, and holds what has the wrong shares until patience is over', () => {
    const health = { status: 'unhealthy' as const, reasons: ['half of its requests fail'] };
    expect(judge({ health, standings: [worse] })).toEqual({ verdict: 'unhealthy', reasons: health.reasons });
    expect(judge({ sampleRatio: skewed, standings: [better] }).reasons[0]).toContain(
      'shares asked for (p 0.00010)',
    );
    expect(judge({ outcomeRatio: skewed, standings: [better] }).reasons[0]).toContain('at different rates');
    expect(judge({ outcomeRatio: skewed })).toMatchObject({ verdict: 'continue', hold: { pValue: 0.0001 } });
    const ended = judge({ outcomeRatio: skewed, elapsedSeconds: policy.patienceSeconds });
    expect([ended.verdict, ended.hold]).toEqual(['inconclusive', undefined]);
  });

  it('waits for time, for people and for health, and not for ever', () => {
    expect(judge({ elapsedSeconds: 59 }).reasons).toEqual(['59 of the 60 s that a step takes at least']);
    expect(judge({ stepSubjects: 29 }).verdict).toBe('continue');
    expect(judge({ stepSubjects: 29, elapsedSeconds: 600 }).verdict).toBe('no-traffic');
    expect(judge({ isLastStep: true, elapsedSeconds: 600 }).verdict).toBe('inconclusive');
    const health = { status: 'insufficient' as const, reasons: ['none measured'] };
    expect(judge({ health }).reasons).toEqual(['none measured']);
  });

  it('counts a subject of an interleaved experiment once, and tells that it met both versions', () => {
    const both = { ...even, champion: 400, challenger: 400, isInterleaved: true };
    expect(judge({ standings: [both], isLastStep: true }).verdict).toBe('continue');
    expect(judge({ standings: [both] }).reasons).toContain(
      'rating higher by 0.0100 (-0.0400 to 0.0600, 400 subjects of both)',
    );
    const unseen = { ...both, champion: 12, challenger: 12, interval: null };
    expect(judge({ standings: [unseen], isLastStep: true }).reasons[0]).toBe(
      'rating: 12 of the 100 subjects who spoke of both versions before the first look',
    );
  });

  it('ends at the maximum sample, in the last step alone', () => {
    const many = { ...even, champion: 400, challenger: 350 };
    expect(judge({ standings: [many] }).verdict).toBe('promote');
    expect(judge({ standings: [many], isLastStep: true }).verdict).toBe('inconclusive');
    const unseen = { ...even, champion: 12, challenger: 9, interval: null };
    expect(judge({ standings: [unseen], isLastStep: true }).reasons[0]).toBe(
      'rating: 12 and 9 of the 50 subjects of each arm before the first look',
    );
  });
});
