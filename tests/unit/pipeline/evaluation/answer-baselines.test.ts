import { describe, expect, it } from 'vitest';
import { createAnswerBaselines, leadSentence } from '../../../../pipeline/evaluation/answer-baselines.ts';

describe('the lead sentence', () => {
  it.each([
    ['셀을 삭제합니다. 다음을 누릅니다.', '셀을 삭제합니다.'],
    ['\n\n  A heading\nA sentence. Another.', 'A heading'],
    ['One. Two.', 'One.'],
    [' \n ', ''],
    ['', ''],
  ])('of “%s” is “%s”', (text, sentence) => {
    expect(leadSentence(text)).toBe(sentence);
  });
});

describe('the baselines of answers', () => {
  const answer = createAnswerBaselines([
    { text: 'The cell is deleted. Press the key.', answer: 'Deleting cells' },
    { text: '차트의 축을 바꿉니다.', answer: '차트 축' },
    { text: '표의 행을 나눕니다.', answer: '행 나누기' },
  ]);

  it('retrieve the answer of the nearest document', () => {
    expect(answer('A key deleted every cell. It was pressed.')).toEqual({
      ...{ lead: 'A key deleted every cell.', retrieved: 'Deleting cells' },
    });
  });

  it('look past what is written onto Korean words', () => {
    expect(answer('차트를 만들고 나서').retrieved).toBe('차트 축');
  });

  it('retrieve nothing where no word is known, or there is none', () => {
    expect(answer('unknown').retrieved).toBe('');
    expect(createAnswerBaselines([{ text: '!', answer: 'x' }])('a word').retrieved).toBe('');
    expect(createAnswerBaselines([])('a word').retrieved).toBe('');
  });

  it('read a text of one sentence without end in linear time', () => {
    expect(answer('a '.repeat(500_000)).lead.length).toBeLessThan(2_001);
  });
});
