import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rolloutSchema } from '../../../../contracts/model-spec/judgement.ts';
import type { HealthJudgement } from '../../../../pipeline/rollout/health.ts';
import type { PairedTestResult } from '../../../../pipeline/rollout/paired-test.ts';
import type { SampleRatioResult } from '../../../../pipeline/rollout/sample-ratio.ts';
import { judgeRollout, type RolloutEvidence } from '../../../../pipeline/rollout/verdict.ts';

const policy = rolloutSchema.parse({ stepMinimumSample: 30, stepMinimumSeconds: 60, patienceSeconds: 600 });

const healthy: HealthJudgement = { status: 'healthy', reasons: [] };
const better: PairedTestResult = {
  verdict: 'promote',
  n: 300,
  estimate: 0.05,
  interval: { lower: 0.01, upper: 0.09 },
};
const worse: PairedTestResult = {
  verdict: 'rollback',
  n: 120,
  estimate: -0.2,
  interval: { lower: -0.3, upper: -0.1 },
};
const undecided: PairedTestResult = {
  verdict: 'continue',
  n: 200,
  estimate: 0,
  interval: { lower: -0.1, upper: 0.1 },
};
const unseen: PairedTestResult = { verdict: 'continue', n: 40, estimate: 0.1, interval: null };
const even: PairedTestResult = { ...undecided, verdict: 'inconclusive', n: 750 };
const asAsked: SampleRatioResult = { mismatch: false, logBayesFactor: -1, pValue: 1 };
const skewed: SampleRatioResult = { mismatch: true, logBayesFactor: 20, pValue: 2e-9 };
const allLabelled = { labelled: 300, paired: 300, ratio: null };

const shadow: RolloutEvidence = {
  phase: 'shadow',
  qualityProven: false,
  elapsedSeconds: 30,
  health: healthy,
  paired: better,
  sampleRatio: null,
  labels: allLabelled,
};
const canary: RolloutEvidence = {
  ...shadow,
  phase: 'canary',
  qualityProven: true,
  elapsedSeconds: 61,
  paired: unseen,
  sampleRatio: asAsked,
  labels: { ...allLabelled, ratio: asAsked },
};

describe('judgeRollout in shadow', () => {
  it('promotes what is better and healthy, and says by how much', () => {
    expect(judgeRollout(shadow, policy)).toEqual({
      verdict: 'promote',
      reasons: [
        'better: Brier score lower by 0.0500 (0.0100 to 0.0900, 300 subjects)',
        'error rate and latency within the guardrails',
      ],
    });
  });

  it('rolls back what is worse, even while data is doubtful and health unknown', () => {
    const health: HealthJudgement = { status: 'insufficient', reasons: ['few requests'] };
    const evidence = {
      ...shadow,
      paired: worse,
      health,
      labels: { labelled: 500, paired: 120, ratio: null },
    };
    const { verdict, reasons } = judgeRollout(evidence, policy);
    expect(verdict).toBe('rollback');
    expect(reasons).toEqual(['worse: Brier score higher by 0.2000 (0.1000 to 0.3000, 120 subjects)']);
  });

  it('stops for broken guardrails before anything else, with their reasons', () => {
    const health: HealthJudgement = { status: 'unhealthy', reasons: ['half of its requests fail'] };
    expect(judgeRollout({ ...shadow, health }, policy)).toEqual({
      verdict: 'unhealthy',
      reasons: health.reasons,
    });
  });

  it.each([
    ['undecided quality', { paired: undecided }, 'undecided'],
    ['too few subjects to look', { paired: unseen }, '40 of the 100'],
    [
      'unknown health of a better version',
      { health: { status: 'insufficient', reasons: ['none measured'] } },
      'none measured',
    ],
  ] as const)('waits on %s', (_, change, reason) => {
    const { verdict, reasons } = judgeRollout({ ...shadow, ...change }, policy);
    expect(verdict).toBe('continue');
    expect(reasons.join()).toContain(reason);
  });

  it('does not trust a better score where more than a twentieth of the labelled subjects lack an answer', () => {
    const of = (paired: number) =>
      judgeRollout({ ...shadow, labels: { labelled: 400, paired, ratio: null } }, policy);
    expect(of(379).verdict).toBe('inconclusive');
    expect(of(379).reasons.join()).toContain('379 of 400');
    expect(of(380).verdict).toBe('promote');
  });

  it('is inconclusive where the test ran out', () => {
    const { verdict, reasons } = judgeRollout({ ...shadow, paired: even }, policy);
    expect(verdict).toBe('inconclusive');
    expect(reasons.join()).toContain('ends at 750 subjects');
  });

  it('ends as no-traffic when patience is over before the minimum sample, and inconclusive after it', () => {
    expect(judgeRollout({ ...shadow, paired: unseen, elapsedSeconds: 600 }, policy).verdict).toBe(
      'no-traffic',
    );
    expect(judgeRollout({ ...shadow, paired: undecided, elapsedSeconds: 600 }, policy).verdict).toBe(
      'inconclusive',
    );
    expect(judgeRollout({ ...shadow, paired: undecided, elapsedSeconds: 599 }, policy).verdict).toBe(
      'continue',
    );
  });
});

describe('judgeRollout in a canary step', () => {
  it('goes on to the next step when nothing speaks against a version that was proven better', () => {
    const { verdict, reasons } = judgeRollout(canary, policy);
    expect(verdict).toBe('promote');
    expect(reasons).toContain('found better in an earlier phase');
  });

  it('still goes on where this step alone was even', () => {
    expect(judgeRollout({ ...canary, paired: even }, policy).verdict).toBe('promote');
  });

  it('asks a version that was not proven for its own proof', () => {
    const unproven = { ...canary, qualityProven: false };
    expect(judgeRollout({ ...unproven, paired: unseen }, policy).verdict).toBe('continue');
    expect(judgeRollout({ ...unproven, paired: even }, policy).verdict).toBe('inconclusive');
    expect(judgeRollout({ ...unproven, paired: better }, policy).verdict).toBe('promote');
  });

  it('counts the subjects that come after its test has decided: a step may ask for more than that took', () => {
    const asking = { ...policy, stepMinimumSample: 400 };
    const decided = { ...canary, paired: better };
    expect(judgeRollout(decided, asking)).toEqual({
      verdict: 'continue',
      reasons: ['300 of the 400 labelled subjects of this step'],
    });
    const more = { ...decided, labels: { ...canary.labels, labelled: 400, paired: 400 } };
    expect(judgeRollout(more, asking).verdict).toBe('promote');
  });

  it('takes a version back that turns out worse, proven or not', () => {
    expect(judgeRollout({ ...canary, paired: worse }, policy).verdict).toBe('rollback');
  });

  it('waits for the least time and the least sample of a step', () => {
    expect(judgeRollout({ ...canary, elapsedSeconds: 59.9 }, policy).verdict).toBe('continue');
    const { labels } = canary;
    const few = { ...canary, paired: { ...unseen, n: 29 }, labels: { ...labels, paired: 29 } };
    expect(judgeRollout(few, policy).verdict).toBe('continue');
    expect(judgeRollout({ ...canary, paired: { ...unseen, n: 30 } }, policy).verdict).toBe('promote');
  });

  it('is held where subjects or labels do not come in the shares asked for, and goes on once they do', () => {
    const reason = 'the arms did not get the shares asked for';
    const bySubjects = judgeRollout({ ...canary, sampleRatio: skewed }, policy);
    expect(bySubjects).toEqual({
      verdict: 'continue',
      reasons: [`held: ${reason} (p under 0.000001)`],
      hold: { reason, pValue: 2e-9 },
    });
    const byLabels = judgeRollout({ ...canary, labels: { ...allLabelled, ratio: skewed } }, policy);
    expect(byLabels.hold?.reason).toContain('labels come at different rates');
    expect(judgeRollout({ ...canary, elapsedSeconds: 90 }, policy).verdict).toBe('promote');
  });

  it('ends inconclusive where the shares never came to fit, and is taken back for harm all the same', () => {
    const { verdict, reasons, hold } = judgeRollout(
      { ...canary, sampleRatio: skewed, elapsedSeconds: 600 },
      policy,
    );
    expect([verdict, hold]).toEqual(['inconclusive', undefined]);
    expect(reasons.join()).toMatch(/shares asked for.*patience of 600 s is over/);
    expect(judgeRollout({ ...canary, sampleRatio: skewed, paired: worse }, policy).verdict).toBe('rollback');
  });
});

it('never promotes without measured health, a trusted sample and a proof, and always says why', () => {
  const evidence = fc.record({
    phase: fc.constantFrom('shadow' as const, 'canary' as const),
    qualityProven: fc.boolean(),
    elapsedSeconds: fc.constantFrom(0, 61, 10_000),
    health: fc.constantFrom<HealthJudgement>(
      healthy,
      { status: 'insufficient', reasons: ['i'] },
      { status: 'unhealthy', reasons: ['u'] },
    ),
    paired: fc.constantFrom(better, worse, undecided, unseen, even),
    sampleRatio: fc.constantFrom(null, asAsked, skewed),
    labels: fc.record({
      labelled: fc.constantFrom(0, 300),
      paired: fc.constantFrom(0, 300),
      ratio: fc.constantFrom(null, asAsked, skewed),
    }),
  });
  fc.assert(
    fc.property(evidence, (it) => {
      const { verdict, reasons } = judgeRollout(it, policy);
      expect(reasons.length).toBeGreaterThan(0);
      if (verdict !== 'promote') return;
      expect(it.health.status).toBe('healthy');
      expect(it.sampleRatio?.mismatch ?? false).toBe(false);
      expect(it.labels.ratio?.mismatch ?? false).toBe(false);
      expect(it.qualityProven || it.paired.verdict === 'promote').toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
