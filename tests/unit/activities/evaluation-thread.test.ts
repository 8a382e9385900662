import { describe, expect, it, vi } from 'vitest';
import { evaluateInThread } from '../../../activities/evaluation-thread.ts';
import type { EvaluationJob } from '../../../activities/evaluation-thread-main.ts';
import { evaluateClassifier } from '../../../pipeline/evaluation/classifier-evaluation.ts';
import { MetricUndefined } from '../../../pipeline/evaluation/metric-undefined.ts';
import { exampleInput } from '../pipeline/evaluation/evaluation-example.ts';
import { golden, goldenFiles } from '../pipeline/model/golden.ts';

// A thread compiles what it loads, which takes its time where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const report: EvaluationJob['report'] = {
  format: 'coppice-evaluation-report/1',
  model: 'mail-filter',
  runId: 'lifecycle/mail-filter/1',
  createdAt: '2026-05-03T10:00:00.000Z',
  learning: [],
  cleaning: [],
  tokenizer: { vocabularySize: 100, statistics: {} },
  lineage: [],
  environment: {},
};
const never = new AbortController().signal;

describe('evaluateInThread', () => {
  it('lets timers and other activities go on while it computes, and finds what is found without a thread', async () => {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    const { evaluation, html, json } = await evaluateInThread({ input: exampleInput(), report }, never);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
    expect(evaluation).toEqual(evaluateClassifier(exampleInput()));
    expect(html).toContain('mail-filter');
    expect(JSON.parse(json)).toMatchObject({ model: 'mail-filter', seed: 1 });
    expect(html).not.toContain('What it looked at');
  });

  it('looks into the candidate where it is given, and draws and keeps what it saw', async () => {
    const input = exampleInput();
    const { ids, texts } = input.holdout;
    const width = golden('classifier').batch.length;
    const attention = {
      model: goldenFiles('classifier'),
      texts: {
        ids,
        texts,
        tokens: Int32Array.from({ length: ids.length * width }, (_, place) => (place * 7) % 60),
        lengths: ids.map(() => width),
        vocabulary: Array.from({ length: 60 }, (_, id) => (id === 7 ? '무료' : `token ${id}`)),
      },
    };
    const { html, json } = await evaluateInThread({ input, attention, report }, never);
    expect(html).toMatch(/<h2>What it looked at<\/h2>[^]*2 layers of 3 heads[^]*>무료<\/text>/);
    const kept = (JSON.parse(json) as { attention: { chosenAs: string; layers: unknown[][] }[] }).attention;
    expect(kept.map(({ chosenAs }) => chosenAs)).toEqual(['right', 'right', 'worst-error']);
    expect(kept[0].layers.map(({ length }) => length)).toEqual([3, 3]);
  });

  it('ends with the reason of a cancellation in the midst of a computation that would take hours', async () => {
    const cancelling = new AbortController();
    const endless = { ...exampleInput(), resamples: 1_000_000_000 };
    const computing = evaluateInThread({ input: endless, report }, cancelling.signal);
    setImmediate(() => cancelling.abort(new Error('cancelled')));
    await expect(computing).rejects.toThrow('cancelled');
    await expect(evaluateInThread({ input: endless, report }, cancelling.signal)).rejects.toThrow(
      'cancelled',
    );
  });

  it('throws what the computation throws: a metric without a value by its name, a surprise as it is', async () => {
    const input = exampleInput();
    const broken = { ...input, holdout: { ...input.holdout, probabilities: Float64Array.of(2) } };
    await expect(evaluateInThread({ input: broken, report }, never)).rejects.toThrow(MetricUndefined);
    const foreign = { ...input, positiveLabel: 'scam' };
    await expect(evaluateInThread({ input: foreign, report }, never)).rejects.toThrow(
      'the positive label “scam” is not among ham, spam',
    );
  });
});
