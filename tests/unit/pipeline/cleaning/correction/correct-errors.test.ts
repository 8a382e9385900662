import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctErrors } from '../../../../../contracts/model-spec/correction.ts';
import { createCorrectErrors, undoCorrections } from '../../../../../pipeline/cleaning/correct-errors.ts';
import { isOneEdit } from '../../../../../pipeline/cleaning/correction/english-typos.ts';
import { createRecipe } from '../../../../../pipeline/cleaning/recipe.ts';
import { openDocument } from '../../../../../pipeline/cleaning/working-document.ts';
import { createAnalysers } from '../../../../../runtimes/languages/analysers.ts';
import { collected } from '../documents.ts';

const analysers = createAnalysers();

async function run(options: object, text: string) {
  const step = createCorrectErrors(correctErrors.parse({ step: 'correct-errors', ...options }), analysers);
  const verdict = await step(openDocument(collected(text)));
  return verdict.decision === 'change' ? verdict : { text, corrections: [] };
}

describe('correct-errors, Korean', () => {
  it.each([
    ['일이 잘 됬다', '일이 잘 됐다'],
    ['그러면 안 되요.', '그러면 안 돼요.'],
    ['아침을 않 먹다', '아침을 안 먹다'],
    ['하지 안는 일', '하지 않는 일'],
    ['나도 할수있다', '나도 할 수 있다'],
    ['할 수없다', '할 수 없다'],
    ['몇일 뒤에 갈께', '며칠 뒤에 갈게'],
  ])('turns %s into %s', async (text, corrected) => {
    expect((await run({ language: 'ko' }, text)).text).toBe(corrected);
  });

  it.each(['하지 않는 일', '되도록 빨리', '할 수 있다', '아이를 안고 간다', '수박을 먹었다', '먹지 않 는'])(
    'leaves %s',
    async (text) => {
      expect((await run({ language: 'ko' }, text)).text).toBe(text);
    },
  );
});

describe('correct-errors, English', () => {
  it.each([
    ['we recieve it tomorow', 'we receive it tomorrow'],
    ['the goverment decided', 'the government decided'],
    ['colour and Recieve and xqzzk', 'colour and Recieve and xqzzk'],
    ['mail recieve@example.org', 'mail recieve@example.org'],
  ])('turns %s into %s', async (text, corrected) => {
    expect((await run({ language: 'en' }, text)).text).toBe(corrected);
  });

  it('leaves words that it is told are right, and looks up no more than it may', async () => {
    expect((await run({ language: 'en', keep: ['goverment'] }, 'the goverment')).text).toBe('the goverment');
    expect((await run({ language: 'en', maximumLookups: 1 }, 'goverment tomorow')).text).toBe(
      'government tomorow',
    );
  });

  it('knows what one edit is', () => {
    for (const [a, b] of [
      ['abc', 'ab'],
      ['abc', 'acb'],
      ['abc', 'abd'],
      ['abc', 'xabc'],
    ])
      expect(isOneEdit(a, b)).toBe(true);
    for (const [a, b] of [
      ['abc', 'abc'],
      ['abc', 'cba'],
      ['abcd', 'badc'],
      ['abc', 'a'],
    ])
      expect(isOneEdit(a, b)).toBe(false);
  });
});

describe('the record', () => {
  it('takes every change back', async () => {
    const piece = fc.constantFrom('됬다', '되요 ', '할수있다', '않 ', 'a', '하지 안는', '\n', '몇일');
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        const { text, corrections } = await run({ language: 'ko' }, pieces.join(''));
        expect(undoCorrections(text, corrections ?? [])).toBe(pieces.join(''));
      }),
    );
  });

  it('stands in the clean document, and is counted', async () => {
    const recipe = createRecipe([correctErrors.parse({ step: 'correct-errors', language: 'ko' })], {
      analysers,
    });
    expect(await recipe.clean(collected('할수있다, 됬다'))).toMatchObject({
      document: {
        text: '할 수 있다, 됐다',
        corrections: [
          { start: 1, before: '수', after: ' 수' },
          { start: 3, before: '', after: ' ' },
          { start: 8, before: '됬', after: '됐' },
        ],
      },
    });
    expect(recipe.funnel()).toMatchObject([{ changed: 1, changes: { corrections: 3 } }]);
  });

  it('is made of a third of a megabyte of what hurts, in bounded time', async () => {
    for (const language of ['en', 'ko'])
      for (const text of ['a', 'asdfqw ', '않', '수', '할수', ' ', "a'", '됬', 'zzzzzzzzzzzzzzzzzzzz ']) {
        const whole = text.repeat(300_000 / text.length);
        const { text: corrected, corrections } = await run({ language }, whole);
        expect(undoCorrections(corrected, corrections ?? [])).toBe(whole);
      }
  }, 120_000);
});
