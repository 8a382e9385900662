import { describe, expect, it } from 'vitest';
import { findLeakage, warnOfLeakage } from '../../../../pipeline/evaluation/leakage.ts';

const long = Array.from({ length: 60 }, (_, at) => `word${at}`).join(' ');
const training = {
  ids: ['a', 'b', 'c'],
  texts: [long, 'a short one', '안녕하세요, 내일 회의는 세 시에 합니다'],
};

describe('leakage', () => {
  it('finds held-out texts among those that were trained on, white space and small changes apart', () => {
    const found = findLeakage(training, {
      ids: ['w', 'x', 'y', 'z'],
      texts: [
        `${long} more`,
        ' a  short\none ',
        'something else altogether, with words',
        '안녕하세요, 내일 회의는 세 시에 합니다',
      ],
    });
    expect(found).toMatchObject({ heldOut: 4, exact: 2, near: 1, share: 0.75 });
    expect(found.samples.map(({ id, trainedOn, exact }) => [id, trainedOn, exact])).toEqual([
      ['w', 'a', false],
      ['x', 'b', true],
      ['z', 'c', true],
    ]);
    expect(warnOfLeakage(found)).toEqual([
      expect.stringMatching(/^3 of 4 held-out documents \(75 %\) stand among .* 2 of them word for word/),
    ]);
  });

  it('does not count documents that are alike on the held-out side only', () => {
    const found = findLeakage(training, {
      texts: ['new words that nobody knows', 'new words that nobody knows'],
    });
    expect(found).toEqual({ heldOut: 2, exact: 0, near: 0, share: 0, samples: [] });
    expect(warnOfLeakage(found)).toEqual([]);
  });

  it('keeps a few samples with the beginning of their text, whole characters', () => {
    const texts = Array.from({ length: 9 }, (_, at) => `${'🌱'.repeat(200)} ${at}`);
    const { samples, exact } = findLeakage({ texts }, { texts });
    expect([exact, samples.length]).toEqual([9, 5]);
    expect(samples[0]).toMatchObject({ id: '1', trainedOn: '1', excerpt: '🌱'.repeat(160) });
  });
});
