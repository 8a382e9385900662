import { describe, expect, it } from 'vitest';
import { compareEvidence } from '../../../command-line/commands/compare.ts';
import { type Evidence, evidenceSchema } from '../../../contracts/control-api.ts';

const figure = (value: number | null, low = 0, high = 1) => ({
  value,
  interval: { low, high, confidence: 0.95 },
});
const evidence = (metrics: Evidence['systems'][number]['metrics'], holdout = 'sha256:a'): Evidence => ({
  systems: [{ metrics }, { metrics: { accuracy: figure(0.1) } }],
  lineage: [{ role: 'held-out examples', text: holdout }],
});

describe('compareEvidence', () => {
  it('puts the metrics of the versions themselves side by side and says where their intervals lie apart', () => {
    const { metrics, sameHoldout } = compareEvidence(
      evidence({ accuracy: figure(0.85, 0.82, 0.88), auc: figure(0.9, 0.8, 0.95) }),
      evidence({ accuracy: figure(0.97, 0.95, 0.98), auc: figure(0.94, 0.9, 0.97) }),
    );
    expect(metrics.map(({ metric, a, b, intervals }) => [metric, a?.value, b?.value, intervals])).toEqual([
      ['accuracy', 0.85, 0.97, 'lie apart'],
      ['auc', 0.9, 0.94, 'overlap'],
    ]);
    expect(sameHoldout).toBe(true);
  });

  it('says nothing of intervals where one has none, and keeps a metric that only one has', () => {
    const { metrics } = compareEvidence(evidence({ f1: { value: 0.5 } }), evidence({ brier: figure(null) }));
    expect(metrics.map(({ metric, intervals }) => [metric, intervals])).toEqual([
      ['f1', ''],
      ['brier', ''],
    ]);
  });

  it('does not call two holdouts one, nor two that nobody named', () => {
    expect(compareEvidence(evidence({}), evidence({}, 'sha256:b')).sameHoldout).toBe(false);
    const unnamed = { ...evidence({}), lineage: [] };
    expect(compareEvidence(unnamed, unnamed).sameHoldout).toBe(false);
  });

  it('holds language models against each other, on the same last documents of the same corpus', () => {
    const judged = (perplexity: number, heldOutDocuments = 20, metrics?: object) =>
      evidenceSchema.parse({
        metrics,
        figures: {
          loss: Math.log(perplexity),
          perplexity,
          bitsPerByte: 1.5,
          documents: 20,
          tokens: 9,
          bytes: 9,
        },
        ...{ heldOutDocuments, lineage: [{ role: 'clean documents', text: 'sha256:c' }] },
      });
    const { metrics, sameHoldout } = compareEvidence(judged(40), judged(32));
    expect(metrics.find(({ metric }) => metric === 'perplexity')).toMatchObject({
      ...{ a: { value: 40 }, b: { value: 32 } },
    });
    expect(sameHoldout).toBe(true);
    expect(compareEvidence(judged(40), judged(32, 30)).sameHoldout).toBe(false);
    const [first, second] = [figure(1.5, 1.4, 1.6), figure(1.2, 1.1, 1.3)].map((bitsPerByte) =>
      judged(40, 20, { bitsPerByte }),
    );
    expect(compareEvidence(first, second).metrics).toMatchObject([
      { metric: 'bitsPerByte', intervals: 'lie apart' },
    ]);
  });

  it('reads evidence in which a metric has no interval, as a report writes it', () => {
    const written = JSON.stringify({
      systems: [
        { metrics: { auc: { value: Number.NaN, interval: null }, f1: { value: 0.5, interval: null } } },
      ],
      lineage: [],
    });
    const read = evidenceSchema.parse(JSON.parse(written));
    expect(compareEvidence(read, read).metrics).toMatchObject([
      { metric: 'auc', a: { value: null }, intervals: '' },
      { metric: 'f1', a: { value: 0.5 }, intervals: '' },
    ]);
  });
});
