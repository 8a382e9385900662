import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ClassifierFileError,
  readClassifier,
  writeClassifier,
} from '../../../../../pipeline/cleaning/text-classifier/classifier-file.ts';
import { ngramRows } from '../../../../../pipeline/cleaning/text-classifier/features.ts';
import {
  type LabelScores,
  labelFigures,
} from '../../../../../pipeline/cleaning/text-classifier/label-figures.ts';
import {
  scoreTexts,
  trainTextClassifier,
  UntrainableLabel,
} from '../../../../../pipeline/cleaning/text-classifier/text-classifier.ts';

const examples = [
  { text: 'Win a free prize now', labels: ['spam'] },
  { text: 'Free money, claim your prize', labels: ['spam', 'advertising'] },
  { text: 'Buy our new shoes at half price', labels: ['advertising'] },
  { text: 'Half price on all shoes today', labels: ['advertising'] },
  { text: 'The meeting is on Tuesday', labels: [] },
  { text: 'I have sent you the minutes of the meeting', labels: [] },
  { text: '무료 상품권을 지금 받으세요', labels: ['spam'] },
  { text: '회의는 화요일에 있습니다', labels: [] },
];

const features = { shortest: 2, longest: 4, bits: 12, readCharacters: 10_000 };

describe('trainTextClassifier', () => {
  const classifier = trainTextClassifier(examples, { bits: 12 });

  it('learns several labels a text, in both scripts, and tells texts that it has not seen', () => {
    expect(classifier.labels.map(({ label }) => label)).toEqual(['advertising', 'spam']);
    const [prize, shoes, meeting, korean] = scoreTexts(classifier, [
      'claim the free prize',
      'new shoes, half price',
      'minutes of the Tuesday meeting',
      '무료 상품권 받으세요',
    ]);
    expect(prize[1]).toBeGreaterThan(0.5);
    expect(shoes[0]).toBeGreaterThan(0.5);
    expect(shoes[1]).toBeLessThan(0.5);
    expect(Math.max(...meeting)).toBeLessThan(0.5);
    expect(korean[1]).toBeGreaterThan(0.5);
  });

  it('answers alike from its file', () => {
    const again = readClassifier(Buffer.from(writeClassifier(classifier)));
    const texts = examples.map(({ text }) => text);
    expect(scoreTexts(again, texts)).toEqual(scoreTexts(classifier, texts));
    expect(again.examples).toBe(8);
  });

  it('refuses examples without a label, and a label that all have', () => {
    expect(() => trainTextClassifier([{ text: 'a', labels: [] }])).toThrow(UntrainableLabel);
    expect(() => trainTextClassifier([{ text: 'a', labels: ['b'] }])).toThrow('all examples are b');
  });
});

describe('readClassifier', () => {
  const file = writeClassifier(trainTextClassifier(examples, { bits: 8 }));

  it.each([
    ['no JSON', 'x'],
    ['another format', '{"format":"else"}'],
    ['a later version', file.replace('"version":1', '"version":2')],
    ['too few weights', file.replace('"bits":8', '"bits":9')],
    ['cut base64', file.replace(/"weights":"[^"]+"/, '"weights":"AAA*"')],
    ['weights that are no numbers', file.replace(/"weights":"[^"]{8}/, '"weights":"AADAfwAA')],
  ])('refuses %s', (_, text) => {
    expect(text).not.toBe(file);
    expect(() => readClassifier(Buffer.from(text))).toThrow(ClassifierFileError);
  });
});

describe('ngramRows', () => {
  it('gives every text a row of length 1 with columns in order, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { indices, values } = ngramRows([text], features);
        expect(values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(
          values.length === 0 ? 0 : 1,
        );
        expect([...indices]).toEqual([...indices].sort((a, b) => a - b));
      }),
    );
  });

  it('takes case, width and blanks for nothing, and reads no further than it may', () => {
    const rowOf = (text: string) => ngramRows([text], { ...features, readCharacters: 12 }).indices;
    expect(rowOf('ＦＲＥＥ  Prize')).toEqual(rowOf('free prize'));
    expect(rowOf(`free prize..${'x'.repeat(2_000_000)}`)).toEqual(rowOf('free prize..'));
  });
});

describe('labelFigures', () => {
  it('counts precision and recall of each label at its threshold', () => {
    const texts = [['a'], ['a'], [], ['b']].map((labels) => ({ text: '', labels }));
    const scores: LabelScores[] = [{ a: 0.9 }, { a: 0.4 }, { a: 0.5 }, { a: 0.1, b: 0.2 }];
    expect(labelFigures(texts, scores, { a: 0.5, b: 0.5, c: 0.5 })).toEqual([
      { label: 'a', threshold: 0.5, positives: 2, flagged: 2, precision: 0.5, recall: 0.5 },
      { label: 'b', threshold: 0.5, positives: 1, flagged: 0, precision: null, recall: 0 },
      { label: 'c', threshold: 0.5, positives: 0, flagged: 0, precision: null, recall: null },
    ]);
  });
});
