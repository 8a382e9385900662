import { describe, expect, it } from 'vitest';
import { judgeHealth } from '../../../../pipeline/rollout/health.ts';

const limits = { maximumErrorRate: 0.02, maximumP95LatencyMs: 200, minimumRequests: 20 };
const sound = { requests: 100, errorRate: 0.01, p95LatencyMs: 120 };

describe('judgeHealth', () => {
  it('finds a version at its limits healthy', () => {
    const challenger = { requests: 20, errorRate: 0.02, p95LatencyMs: 200 };
    expect(judgeHealth(sound, challenger, limits)).toEqual({ status: 'healthy', reasons: [] });
  });

  it('names every limit that is broken', () => {
    const { status, reasons } = judgeHealth(
      sound,
      { requests: 50, errorRate: 0.5, p95LatencyMs: 900.4 },
      limits,
    );
    expect(status).toBe('unhealthy');
    expect(reasons).toEqual([
      '50.0 % of its requests fail, limit 2.0 %',
      '95 % of its answers take up to 900 ms, limit 200 ms',
    ]);
  });

  it('judges how full a queue is only where it has a limit', () => {
    const full = { ...sound, saturation: 0.95 };
    const limited = { ...limits, maximumSaturation: 0.8 };
    expect(judgeHealth(sound, full, limits).status).toBe('healthy');
    expect(judgeHealth({ ...sound, saturation: 0.9 }, full, limited)).toEqual({
      status: 'unhealthy',
      reasons: ['its queue is 95.0 % full, limit 80.0 % (the champion breaks it too)'],
    });
    expect(judgeHealth(sound, { ...sound, saturation: 0.8 }, limited).status).toBe('healthy');
    expect(judgeHealth(sound, sound, limited)).toEqual({
      status: 'insufficient',
      reasons: ['saturation not measured'],
    });
  });

  it('judges what a language model says only where it has a limit, on answers enough', () => {
    const limited = { ...limits, maximumToxicRate: 0.1, maximumRefusalRate: 0.5 };
    const saying = (toxicRate: number | null, refusalRate: number | null, answers = 20) => ({
      ...sound,
      texts: { answers, toxicRate, refusalRate },
    });
    expect(judgeHealth(sound, saying(1, 1), limits).status).toBe('healthy');
    expect(judgeHealth(sound, saying(0.1, 0.5), limited)).toEqual({ status: 'healthy', reasons: [] });
    expect(judgeHealth(saying(0.2, 0), saying(0.15, 0.75), limited)).toEqual({
      status: 'unhealthy',
      reasons: [
        '15.0 % of its answers are toxic, limit 10.0 % (the champion breaks it too)',
        '75.0 % of its answers are refusals, limit 50.0 %',
      ],
    });
    const awaited = (answers: number, what: string) => ({
      status: 'insufficient',
      reasons: [`${answers} of the 20 answers needed to say how many ${what}`],
    });
    expect(judgeHealth(sound, saying(1, 1, 19), limited)).toEqual(awaited(19, 'are toxic'));
    expect(judgeHealth(sound, saying(0, null), limited)).toEqual(awaited(20, 'are refusals'));
    expect(judgeHealth(sound, sound, limited)).toEqual(awaited(0, 'are toxic'));
  });

  it('says when the champion breaks the limit too', () => {
    const failing = { ...sound, errorRate: 0.3 };
    expect(judgeHealth(failing, failing, limits).reasons).toEqual([
      '30.0 % of its requests fail, limit 2.0 % (the champion breaks it too)',
    ]);
  });

  it.each([
    ['no measurement', { requests: null, errorRate: null, p95LatencyMs: null }, 'no measurement'],
    [
      'too few requests, all of them failed',
      { requests: 19.7, errorRate: 1, p95LatencyMs: 10 },
      '19 of the 20',
    ],
    ['no error rate', { ...sound, errorRate: null }, 'error rate not measured'],
    ['no latency', { ...sound, p95LatencyMs: null }, 'latency not measured'],
  ])('does not judge on %s', (_, challenger, reason) => {
    const { status, reasons } = judgeHealth(sound, challenger, limits);
    expect(status).toBe('insufficient');
    expect(reasons.join()).toContain(reason);
  });
});
