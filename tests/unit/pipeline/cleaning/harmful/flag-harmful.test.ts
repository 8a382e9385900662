// Words that one would rather not read stand here as base64, as they do in the lists.
import { describe, expect, it } from 'vitest';
import { flagHarmful } from '../../../../../contracts/model-spec/harmful-text.ts';
import { createFlagHarmful } from '../../../../../pipeline/cleaning/flag-harmful.ts';
import { createKoreanCounter, koreanLetters } from '../../../../../pipeline/cleaning/harmful/korean-words.ts';
import { createListScores } from '../../../../../pipeline/cleaning/harmful/list-scores.ts';
import { wordLists } from '../../../../../pipeline/cleaning/harmful/word-lists.ts';
import { trainTextClassifier } from '../../../../../pipeline/cleaning/text-classifier/text-classifier.ts';
import { openDocument } from '../../../../../pipeline/cleaning/working-document.ts';
import { createAnalysers } from '../../../../../runtimes/languages/analysers.ts';
import { collected } from '../documents.ts';

const analysers = createAnalysers();
const plain = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

async function verdict(options: object, text: string, given = analysers) {
  const spec = flagHarmful.parse({ step: 'flag-harmful', ...options });
  return createFlagHarmful(spec, given)(openDocument(collected(text)));
}

describe('English words', () => {
  it.each([
    'ZnVjayB0aGlz', // as it is
    'ZiB1IGMgayB0aGlz', // with blanks
    'Zi51LmMuayB0aGlz', // with full stops
    'ZnV1dXVjayB0aGlz', // drawn out
    '772G772V772D772LIHRoaXM=', // full-width
    'ZuKAi3XigItj4oCLayB0aGlz', // with zero-width spaces
  ])('are found however they are written: %s', async (text) => {
    expect(await verdict({}, plain(text))).toEqual({ decision: 'drop', reason: 'profanity' });
  });

  it.each(['Scunthorpe assesses its classic bass', 'the grass of Essex', 'a b c d'])(
    'are not found in %s',
    async (text) => {
      expect(await verdict({}, text)).toEqual({ decision: 'keep' });
    },
  );
});

describe('Korean words', () => {
  it.each([
    '7Iuc67CcIOuqh+uyiOydhA==', // as it is
    '7JSo67Cc', // tense
    '7Iuc7J2067Cc', // drawn out
    '7IucIOuwnA==', // with a blank
    '7IucMeuwnA==', // with a digit
    '7IucLi7rsJzslYQ=', // with signs
    '44WF44Wj67Cc', // in letters
    '44WF44WC', // consonants
    '44WL44WL44WF44WC44WL', // consonants in laughter
    '7Iuc4oCL67Cc', // with a zero-width space
  ])('are found however they are written: %s', async (text) => {
    expect(await verdict({}, plain(text))).toEqual({ decision: 'drop', reason: 'profanity' });
  });

  it.each(['버스의 시발점은 서울역이다', '다시 발표하겠습니다', '아무 말 ㅋㅋㅋ ㅎㅎ', '시바라는 이름'])(
    'are not found in %s',
    async (text) => {
      expect(await verdict({}, text)).toEqual({ decision: 'keep' });
    },
  );

  it('are letters to compare', () => {
    expect(koreanLetters('값이')).toBe('ㄱㅏㅄㅇㅣ');
    expect(createKoreanCounter({ words: ['나쁜말'] })('나쁜말을 나쁜 말')).toBe(1);
  });
});

describe('flag-harmful', () => {
  it('weighs a word in a short remark more than in a long text', async () => {
    const score = await createListScores(['ko', 'en'], analysers);
    const [word] = wordLists().ko.profanity;
    expect(score(word).profanity).toBe(1);
    expect(score(`${word} ${'말이 '.repeat(999)}`).profanity).toBeCloseTo(0.1);
  });

  it('marks instead of dropping where it is told to, with what exceeds its threshold most first', async () => {
    const text = 'Act now, buy now: you have won';
    const thresholds = { advertising: 0.5, spam: 0.2, hate: 0.1 };
    expect(await verdict({ action: 'mark', thresholds }, text)).toEqual({
      ...{ decision: 'keep', marks: ['spam', 'advertising'] },
    });
    expect(await verdict({ thresholds }, text)).toEqual({ decision: 'drop', reason: 'spam' });
  });

  it('asks a classifier too, whose labels may be its own', async () => {
    const classifier = trainTextClassifier(
      [
        { text: 'win money money', labels: ['scam'] },
        { text: '돈을 버세요', labels: ['scam'] },
        { text: 'the minutes of the meeting', labels: [] },
        { text: '회의 기록', labels: [] },
      ],
      { bits: 10 },
    );
    const given = { ...analysers, textClassifier: () => Promise.resolve(classifier) };
    const options = { classifier: { path: 'x' }, lists: [], thresholds: { scam: 0.5 } };
    expect(await verdict(options, 'win money', given)).toEqual({ decision: 'drop', reason: 'scam' });
    expect(await verdict(options, '회의 기록', given)).toEqual({ decision: 'keep' });
    await expect(verdict({ ...options, thresholds: { rude: 0.5 } }, '', given)).rejects.toThrow(
      'nothing here tells rude',
    );
  });

  it('refuses labels that nothing could tell, and no list without a classifier', () => {
    for (const wrong of [
      { thresholds: { rude: 0.5 } },
      { lists: [] },
      { thresholds: {} },
      { thresholds: { spam: 2 } },
    ])
      expect(flagHarmful.safeParse({ step: 'flag-harmful', ...wrong }).success).toBe(false);
  });

  it('passes a third of a megabyte of what hurts patterns', async () => {
    const texts = ['가 ', '가.', 'ㅅ', 'ㅋ', 'a ', 'a.', 'a', '1', '가1.', '!', '\u200B', '시 '];
    for (const text of texts) {
      const { decision } = await verdict({}, text.repeat(300_000 / text.length));
      expect(['keep', 'drop']).toContain(decision);
    }
  }, 120_000);
});
