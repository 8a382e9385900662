import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { entitiesOf } from '../../../../pipeline/entities/tags.ts';
import { measureEntities, scoreLabels } from '../../../../pipeline/evaluation/entity-metrics.ts';

interface Case {
  readonly name: string;
  readonly labelled: string[][];
  readonly answered: string[][];
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly macroF1: number;
  readonly accuracy: number;
  readonly byLabel: Record<string, [precision: number, recall: number, f1: number, support: number]>;
  readonly entities: [label: string, first: number, end: number][][];
}

// Made by tests/golden/make-seqeval.py with seqeval 1.2.2.
const cases = JSON.parse(
  readFileSync(new URL('../../../golden/seqeval.json', import.meta.url), 'utf8'),
) as Case[];

describe.each(cases)('entities as seqeval counts them: $name', (golden) => {
  const documents = golden.labelled.map((labelled, index) => ({
    labelled,
    answered: golden.answered[index],
  }));

  it('reads the same entities from the tags', () => {
    const read = golden.answered.map((tags) =>
      entitiesOf(tags).map(({ label, first, end }) => [label, first, end]),
    );
    expect(read).toEqual(golden.entities);
  });

  it('comes to the same precision, recall, F1 and accuracy', () => {
    const metrics = measureEntities(documents, { seed: 1 });
    expect(metrics.entityPrecision?.value).toBeCloseTo(golden.precision, 12);
    expect(metrics.entityRecall?.value).toBeCloseTo(golden.recall, 12);
    expect(metrics.entityF1?.value).toBeCloseTo(golden.f1, 12);
    expect(metrics.macroEntityF1?.value).toBeCloseTo(golden.macroF1, 12);
    expect(metrics.tokenAccuracy?.value).toBeCloseTo(golden.accuracy, 12);
  });

  it('comes to the same figures of each label', () => {
    const scores = scoreLabels(documents);
    expect(scores.map(({ label }) => label)).toEqual(Object.keys(golden.byLabel).sort());
    for (const { label, precision, recall, f1, labelled } of scores) {
      const theirs = golden.byLabel[label];
      [precision, recall, f1, labelled].forEach((value, at) => {
        expect(value).toBeCloseTo(theirs[at], 12);
      });
    }
  });
});

describe('measureEntities', () => {
  it('tells how far each metric might have come out otherwise, by whole documents', () => {
    const right = { labelled: ['B-a', 'O'], answered: ['B-a', 'O'] };
    const wrong = { labelled: ['B-a', 'O'], answered: ['O', 'B-a'] };
    const sure = measureEntities([right, right, right], { seed: 1 });
    expect(sure.entityF1).toEqual({ value: 1, interval: { low: 1, high: 1, confidence: 0.95 } });
    const unsure = measureEntities([right, wrong, right, wrong, right], { seed: 1 });
    expect(unsure.entityF1?.value).toBeCloseTo(0.6, 12);
    expect(unsure.entityF1?.interval?.low).toBeLessThan(0.4);
    expect(unsure.entityF1?.interval?.high).toBe(1);
  });
});
