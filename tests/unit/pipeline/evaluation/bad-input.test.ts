// Every metric on what tells little or nothing: the choice of the reference tool, whose numbers tests/golden/make-bad-input.py
// makes, or an error that names the metric.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { entityMetrics, gateMetrics, languageMetrics } from '../../../../contracts/model-spec/judgement.ts';
import { answerStatistics, measureAnswers } from '../../../../pipeline/evaluation/answer-metrics.ts';
import { measureDocuments } from '../../../../pipeline/evaluation/document-losses.ts';
import { measureEntities } from '../../../../pipeline/evaluation/entity-metrics.ts';
import { corpusBleu, sentenceBleu } from '../../../../pipeline/evaluation/generation/bleu.ts';
import { corpusChrf } from '../../../../pipeline/evaluation/generation/chrf.ts';
import { rouge } from '../../../../pipeline/evaluation/generation/rouge.ts';
import type { Segments } from '../../../../pipeline/evaluation/generation/segments.ts';
import { tokenF1 } from '../../../../pipeline/evaluation/generation/token-f1.ts';
import { createStatistics, measureClassifier } from '../../../../pipeline/evaluation/measure.ts';
import { MetricUndefined } from '../../../../pipeline/evaluation/metric-undefined.ts';
import {
  precisionRecallCurve,
  prepareAveragePrecision,
} from '../../../../pipeline/evaluation/precision-recall.ts';
import { rocAuc, rocCurve } from '../../../../pipeline/evaluation/roc.ts';
import { expectClose } from '../../../support/expect-close.ts';

type Judged =
  | 'accuracy'
  | 'balancedAccuracy'
  | 'precision'
  | 'recall'
  | 'f1'
  | 'matthews'
  | 'brier'
  | 'logLoss';
const golden = JSON.parse(
  readFileSync(new URL('../../../golden/bad-input.json', import.meta.url), 'utf8'),
) as {
  readonly texts: readonly ({ readonly rouge: number[] } & Record<
    'name' | 'hypothesis' | 'reference',
    string
  > &
    Record<'bleu' | 'sentenceBleu' | 'chrf', number>)[];
  readonly classes: readonly ({
    readonly name: string;
    readonly labels: number[];
    readonly scores: number[];
  } & Record<Judged, number> &
    Record<'auc' | 'averagePrecision', number | null>)[];
};

const written = {
  BLEU: (segments: Segments) => corpusBleu(segments),
  chrF: (segments: Segments) => corpusChrf(segments),
  'ROUGE-1': (segments: Segments) => rouge('1', segments),
  'ROUGE-2': (segments: Segments) => rouge('2', segments),
  'ROUGE-L': (segments: Segments) => rouge('L', segments),
  'ROUGE-Lsum': (segments: Segments) => rouge('Lsum', segments),
  'token F1': (segments: Segments) => tokenF1(segments),
};
const kinds = ['1', '2', 'L', 'Lsum'] as const;

describe('metrics of texts', () => {
  it.each(golden.texts)('have the value of their tools for $name', (it) => {
    const segments = { hypotheses: [it.hypothesis], references: [[it.reference]] };
    expectClose([corpusBleu(segments).value], [it.bleu], 1e-9, 'BLEU');
    expectClose(
      [sentenceBleu(it.hypothesis, [it.reference]).value],
      [it.sentenceBleu],
      1e-9,
      'sentence BLEU',
    );
    expectClose([corpusChrf(segments).value], [it.chrf], 1e-9, 'chrF');
    expectClose(
      kinds.map((kind) => rouge(kind, segments).value),
      it.rouge,
      1e-12,
      'ROUGE',
    );
  });

  describe.each(Object.entries(written))('%s', (name, measure) => {
    it.each([
      ['nothing', [], [], 'there are no examples'],
      ['texts without as many references', ['a', 'b'], [['a']], '2 hypotheses against 1 references'],
      ['an example without a reference', ['a', 'b'], [['a'], []], 'example 1 has no reference'],
    ])('is an error in words for %s', (_, hypotheses, references, reason) => {
      expect(() => measure({ hypotheses, references })).toThrow(new MetricUndefined(name, reason));
    });

    it('is in its range with intervals that are numbers for texts of which some are empty', () => {
      const statistic = measure({
        hypotheses: ['', 'a', '', 'b c'],
        references: [['x'], [''], [''], ['b c']],
      });
      for (const indices of [[0], [1], [2], [3], [0, 1, 2, 3]])
        expect(statistic.statistic(Int32Array.from(indices)), String(indices)).toBeGreaterThanOrEqual(0);
    });
  });

  it('of answers are all told, empty ones among them, and name themselves without any', () => {
    const answers = ['', 'one two three four', ' '].map((answered) => ({
      ...{ prompt: '', expected: 'one two three four', answered },
    }));
    const { systems } = measureAnswers(answers, { seed: 1, resamples: 50 });
    expect(Object.keys(systems[0].metrics)).toEqual(Object.keys(answerStatistics(answers)));
    for (const { value, interval } of Object.values(systems[0].metrics)) {
      expect(value).toBeGreaterThan(0);
      expect(interval?.low).toBeLessThanOrEqual(value);
    }
    expect(() => measureAnswers([], { seed: 1 })).toThrow(MetricUndefined);
  });
});

describe('metrics of classes', () => {
  it.each(golden.classes)(
    'have the value of scikit-learn for $name',
    ({ name: _, labels, scores, ...expected }) => {
      const predictions = {
        ...{ labels: Int32Array.from(labels), classes: 2 },
        probabilities: Float64Array.from(scores.flatMap((score) => [1 - score, score])),
      };
      const measured = measureClassifier(
        { predictions, decision: { positive: 1, threshold: 0.5 } },
        { seed: 1, resamples: 20 },
      );
      for (const [metric, value] of Object.entries(expected)) {
        const ours = measured[metric as keyof typeof expected]?.value;
        if (value === null) expect(ours, metric).toBeNaN();
        else expectClose([ours ?? Number.NaN], [value], 1e-12, metric);
      }
    },
  );

  const curves = {
    'ROC curve': rocCurve,
    AUC: rocAuc,
    'average precision': prepareAveragePrecision,
    'precision-recall curve': precisionRecallCurve,
  };
  it.each(Object.entries(curves))('%s is an error in words for what has no order', (name, measure) => {
    const refused = (labels: number[], scores: number[], reason: string): void =>
      expect(() => measure(labels, scores, 1)).toThrow(new MetricUndefined(name, reason));
    refused([], [], 'there are no examples');
    refused([0, 1], [0.5], '2 labels against 1 scores');
    refused([0, 1], [0.5, Number.NaN], 'example 1 has the score NaN');
    refused([1, 0], [Number.POSITIVE_INFINITY, 0], 'example 0 has the score Infinity');
  });

  it('are an error for probabilities that are none, and for none at all', () => {
    const of = (labels: number[], probabilities: number[]) => () =>
      createStatistics({
        predictions: {
          ...{ labels: Int32Array.from(labels), probabilities: Float64Array.from(probabilities), classes: 2 },
        },
      });
    expect(of([], [])).toThrow(MetricUndefined);
    expect(of([0], [Number.NaN, 1])).toThrow('example 0 has the probability NaN');
    expect(of([0, 1], [0.5, 0.5])).toThrow('2 examples of 2 classes need 4 probabilities, got 2');
    expect(Object.keys(of([0], [0.5, 0.5])())).toEqual([...gateMetrics]);
  });
});

describe('metrics of entities and of language', () => {
  it('are 0 where nothing was labelled and nothing answered, as seqeval has it', () => {
    const table = measureEntities([{ labelled: ['O'], answered: ['O'] }], { seed: 1 });
    expect(entityMetrics.map((name) => table[name]?.value)).toEqual([0, 0, 0, 0, 1]);
    const none = measureEntities([], { seed: 1 });
    expect(entityMetrics.map((name) => none[name])).toEqual(
      entityMetrics.map(() => ({ value: 0, interval: null })),
    );
  });

  it('have no value without a document, nor bits per byte without a byte', () => {
    const none = measureDocuments({ losses: [], tokens: [], likeliest: [], bytes: [] }, { seed: 1 });
    for (const name of languageMetrics) expect(none[name]).toEqual({ value: Number.NaN, interval: null });
    const empty = measureDocuments({ losses: [1], tokens: [1], likeliest: [0], bytes: [0] }, { seed: 1 });
    expect(empty.bitsPerByte?.value).toBeNaN();
    expect(empty.loss?.value).toBe(1);
  });
});
