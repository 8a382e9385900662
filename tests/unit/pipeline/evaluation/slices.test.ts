import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateClassifier } from '../../../../pipeline/evaluation/classifier-evaluation.ts';
import type { SliceMeasure } from '../../../../pipeline/evaluation/slice-figures.ts';
import { measureSlices, nameWorst } from '../../../../pipeline/evaluation/slice-figures.ts';
import { cutSlices, MOST_SLICES } from '../../../../pipeline/evaluation/slices.ts';
import { slicedInput } from './sliced-example.ts';

const namesOf = (slices: readonly { readonly by: string; readonly name: string }[], by: string) =>
  slices.filter((slice) => slice.by === by).map(({ name }) => name);

describe('slices', () => {
  it('are cut by language, length, source and label, the largest first', () => {
    const slices = cutSlices({
      texts: ['a', 'bb', 'cc', '글자 셋이요', 'd'.repeat(10)],
      labels: ['ham', 'spam', 'spam', 'spam', 'ham'],
      sources: ['inbox', 'inbox', 'forum', 'inbox', 'inbox'],
      languages: ['en', 'en', 'en', 'ko', 'en'],
    });
    expect(namesOf(slices, 'language')).toEqual(['en', 'ko']);
    expect(namesOf(slices, 'length')).toEqual([
      '0 to 2 characters',
      '3 to 6 characters',
      '7 to 10 characters',
    ]);
    expect(namesOf(slices, 'source')).toEqual(['inbox', 'forum']);
    expect(namesOf(slices, 'label')).toEqual(['spam', 'ham']);
    expect(slices.find(({ name }) => name === 'ko')?.members).toEqual(Int32Array.of(3));
  });

  it('leave out a dimension that nothing is known of, and all but the largest of very many', () => {
    const texts = Array.from({ length: 100 }, (_, at) => `text ${at}`);
    const slices = cutSlices({ texts, labels: texts.map(() => 'ham'), sources: texts });
    expect(namesOf(slices, 'language')).toEqual([]);
    expect(namesOf(slices, 'source')).toHaveLength(MOST_SLICES);
    expect(cutSlices({ texts: [], labels: [] })).toEqual([]);
  });

  it('by length hold every document once, whatever its length', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { minLength: 1 }), (texts) => {
        const slices = cutSlices({ texts, labels: texts.map(() => 'ham') }).filter(
          ({ by }) => by === 'length',
        );
        const members = slices.flatMap((slice) => [...slice.members]).sort((a, b) => a - b);
        expect(members).toEqual(texts.map((_, at) => at));
        expect(slices.length).toBeLessThanOrEqual(4);
      }),
    );
  });
});

describe('figures of slices', () => {
  it('have Wilson’s interval, and name as worst only what chance does not explain', () => {
    const { slices, warnings } = evaluateClassifier(slicedInput({ inbox: 2, forum: 25 }));
    const forum = slices.find(({ name }) => name === 'forum');
    expect(forum).toMatchObject({ by: 'source', documents: 60, metric: 'accuracy', value: 35 / 60 });
    expect(forum?.surelyWorse).toBe(true);
    expect(forum?.champion).toBeCloseTo(57 / 60, 12);
    expect(forum?.interval?.low).toBeCloseTo(0.457, 2);
    expect(slices.filter(({ surelyWorse }) => surelyWorse)).toEqual([forum]);
    expect(warnings).toContain(
      'The candidate fares worse than on all documents, and not by chance, on source “forum” (accuracy 0.583 on 60 documents).',
    );
  });

  it('name none where slices differ as chance has it', () => {
    const { slices } = evaluateClassifier(slicedInput({ inbox: 5, forum: 8 }));
    expect(nameWorst(slices)).toEqual([]);
  });

  it('tell other metrics beside accuracy, and those that gates judge', () => {
    const { slices } = evaluateClassifier({
      ...slicedInput({ inbox: 2, forum: 25 }),
      gates: [{ kind: 'at-least', metric: 'auc', bound: 0.1, slice: 'source' }],
    });
    const forum = slices.find(({ name }) => name === 'forum');
    expect(forum?.others.map(({ metric }) => metric)).toEqual(['f1', 'logLoss', 'auc']);
    const f1 = forum?.others[0];
    expect(f1?.value).toBeGreaterThan(f1?.interval?.low ?? 1);
    expect(f1?.champion).toBeGreaterThan(f1?.value ?? 1);
  });

  it('of a metric that is no share are told apart by their intervals', () => {
    const surprises = Float64Array.from({ length: 200 }, (_, at) => (at < 40 ? 5 : 2) + (at % 7) / 10);
    const mean = (indices: Int32Array) =>
      indices.reduce((sum, at) => sum + surprises[at], 0) / indices.length;
    const cut = (name: string, from: number, to: number) => ({
      ...{ by: 'language' as const, name },
      members: Int32Array.from({ length: to - from }, (_, at) => from + at),
    });
    const figures = measureSlices([cut('ko', 0, 40), cut('en', 40, 200)], {
      ...{ lead: { metric: 'bitsPerByte', candidate: mean }, examples: 200, seed: 1 },
    });
    expect(figures.map(({ surelyWorse }) => surelyWorse)).toEqual([true, false]); // higher is worse
    expect(nameWorst(figures)[0]).toMatch(/^language “ko” \(bits per byte 5\.\d+ on 40 documents\)$/);
  });

  it('do not test a slice of few documents, however bad', () => {
    const lead: SliceMeasure = {
      metric: 'accuracy',
      candidate: (indices) => indices.filter((at) => at >= 19).length / indices.length,
      isShare: true,
    };
    const options = { lead, examples: 60, seed: 1 };
    const few = {
      by: 'source' as const,
      name: 'few',
      members: Int32Array.from({ length: 19 }, (_, at) => at),
    };
    expect(measureSlices([few], options)).toMatchObject([{ value: 0, surelyWorse: false }]);
    const enough = { ...few, members: Int32Array.from({ length: 20 }, (_, at) => at) };
    expect(measureSlices([enough], options)).toMatchObject([{ value: 1 / 20, surelyWorse: true }]);
  });
});
