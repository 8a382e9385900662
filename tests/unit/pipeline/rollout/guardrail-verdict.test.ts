import { describe, expect, it } from 'vitest';
import { type GuardrailEvidence, judgeByGuardrails } from '../../../../pipeline/rollout/guardrail-verdict.ts';

const policy = { patienceSeconds: 600, stepMinimumSeconds: 60 };
const judge = (evidence: Partial<GuardrailEvidence>) =>
  judgeByGuardrails(
    {
      elapsedSeconds: 60,
      health: { status: 'healthy', reasons: [] },
      sampleRatio: { mismatch: false, logBayesFactor: 0, pValue: 1 },
      ...evidence,
    },
    policy,
  );
const unhealthy = { status: 'unhealthy' as const, reasons: ['4 % of its requests fail'] };
const starved = { status: 'insufficient' as const, reasons: ['3 of the 20 requests'] };
const mismatch = { mismatch: true, logBayesFactor: 9, pValue: 1e-4 };

describe('a step that is judged by guardrails', () => {
  it('goes on once it was healthy for long enough, and claims no more', () => {
    expect(judge({})).toEqual({
      verdict: 'promote',
      reasons: [
        'error rate and latency within the guardrails',
        'answers of a language model are not compared',
      ],
    });
  });

  it('ends at broken guardrails, whatever else is awaited or wrong', () => {
    const { verdict, reasons } = judge({ health: unhealthy, elapsedSeconds: 1, sampleRatio: mismatch });
    expect([verdict, reasons]).toEqual(['unhealthy', unhealthy.reasons]);
  });

  it('is held where the arms did not get their shares, and ends undecided with that reason', () => {
    const reason = 'the arms did not get the shares asked for';
    expect(judge({ sampleRatio: mismatch })).toEqual({
      verdict: 'continue',
      reasons: [`held: ${reason} (p 0.00010)`],
      hold: { reason, pValue: 1e-4 },
    });
    expect(judge({ sampleRatio: mismatch, elapsedSeconds: 600 })).toEqual({
      verdict: 'inconclusive',
      reasons: [`${reason} (p 0.00010)`, 'patience of 600 s is over'],
    });
  });

  it('waits for time and for requests, and says for which', () => {
    expect(judge({ elapsedSeconds: 12.7 })).toEqual({
      verdict: 'continue',
      reasons: ['12 of the 60 s that a step takes at least'],
    });
    expect(judge({ health: starved })).toEqual({ verdict: 'continue', reasons: starved.reasons });
  });

  it('never goes on without requests: it ends without traffic once patience is over', () => {
    expect(judge({ health: starved, elapsedSeconds: 600 })).toEqual({
      verdict: 'no-traffic',
      reasons: [...starved.reasons, 'patience of 600 s is over'],
    });
  });
});
