import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../../../pipeline/evaluation/generation/refusal.ts';

describe('a refusal', () => {
  it.each([
    "I'm sorry, but I can't help with that.",
    'I’m afraid that is not possible.',
    'Unfortunately, I cannot answer this question.',
    'As an AI language model, I have no opinions.',
    '죄송합니다. 그 질문에는 답변할 수 없습니다.',
    '해당 요청을 처리할 수 없습니다.',
    '저는 인공지능으로서 의견이 없습니다.',
    '그 정보는 알려 드릴 수 없어요.'.normalize('NFD'),
  ])('is told by how it begins: %s', (text) => {
    expect(isRefusal(text)).toBe(true);
  });

  it.each([
    'The cell cannot be deleted while the sheet is protected.',
    'Sorry is a song.',
    '이 셀은 삭제할 수 없습니다.',
    '대화 상자에서 확인을 클릭합니다.',
    '',
    `${'word '.repeat(100)}I cannot help.`,
  ])('is not what only speaks of what cannot be: %s', (text) => {
    expect(isRefusal(text)).toBe(false);
  });

  it('is looked for in linear time', () => {
    for (const text of ['I '.repeat(100_000), '답변 '.repeat(100_000), ' '.repeat(500_000)])
      expect(isRefusal(text)).toBe(false);
  });
});
