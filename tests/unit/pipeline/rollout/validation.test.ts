import { describe, expect, it } from 'vitest';
import { judgeValidation, type ValidationAnswer } from '../../../../pipeline/rollout/validation.ts';

const answered = (...times: readonly number[]): ValidationAnswer[] =>
  times.map((milliseconds) => ({ outcome: 'answered', milliseconds }));
const refused = (outcome: 'failed' | 'unreadable'): ValidationAnswer => ({ outcome, reason: 'so it is' });

describe('judgeValidation', () => {
  it('lets a version on that answers all, as fast as the one in service', () => {
    const found = judgeValidation({ candidate: answered(3, 5, 4, 900), champion: answered(3, 3, 3, 3) }, 3);
    expect(found).toEqual({
      ...{ valid: true, reached: true, reasons: [], answers: 4, medianMs: 4.5, championMedianMs: 3 },
    });
  });

  it('names each fault once, in words', () => {
    const candidate = [...answered(3), refused('failed'), refused('failed'), refused('unreadable')];
    expect(judgeValidation({ candidate, champion: answered(3, 3, 3, 3) }, 3)).toMatchObject({
      valid: false,
      reasons: ['it does not answer: so it is', 'it cannot read what the version in service reads: so it is'],
    });
  });

  it('asks of nobody to read what the recipe drops', () => {
    const found = judgeValidation(
      { candidate: [refused('unreadable')], champion: [refused('unreadable')] },
      3,
    );
    expect(found).toEqual({ valid: true, reached: true, reasons: [], answers: 0 });
    expect(judgeValidation({ candidate: [refused('unreadable')], champion: [] }, 3).valid).toBe(true);
  });

  it('stops one that is slower than its share, and not for a few milliseconds', () => {
    const slow = judgeValidation({ candidate: answered(400, 420), champion: answered(100, 100) }, 3);
    expect(slow).toMatchObject({
      valid: false,
      reasons: [
        'half of its answers take 410.0 ms and longer, limit 3 times the 100.0 ms of the version in service',
      ],
    });
    expect(judgeValidation({ candidate: answered(40), champion: answered(4) }, 3).valid).toBe(true);
    expect(judgeValidation({ candidate: answered(4_000), champion: [] }, 3).valid).toBe(true);
  });
});
