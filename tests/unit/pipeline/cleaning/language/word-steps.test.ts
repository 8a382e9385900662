import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { koreanStem } from '../../../../../pipeline/cleaning/language/korean-stem.ts';
import { createSplitSentences } from '../../../../../pipeline/cleaning/language/sentences.ts';
import { textPieces } from '../../../../../pipeline/cleaning/language/text-pieces.ts';
import { createLemmatize } from '../../../../../pipeline/cleaning/lemmatize.ts';
import { createRemoveStopWords } from '../../../../../pipeline/cleaning/remove-stop-words.ts';
import { createStem } from '../../../../../pipeline/cleaning/stem.ts';
import { type CleaningStep, openDocument } from '../../../../../pipeline/cleaning/working-document.ts';
import { createAnalysers } from '../../../../../runtimes/languages/analysers.ts';
import { collected } from '../documents.ts';

const analysers = createAnalysers();

async function run(step: CleaningStep, text: string): Promise<string> {
  const verdict = await step(openDocument(collected(text)));
  return verdict.decision === 'change' ? verdict.text : text;
}

describe('remove-stop-words', () => {
  const english = createRemoveStopWords({ step: 'remove-stop-words', language: 'en', add: [], keep: [] });

  it.each([
    ['I am going to the park', 'going park'],
    ['They don’t  know\n the Answer', 'know\nAnswer'],
    ['thesis, atheist', 'thesis, atheist'],
    ['', ''],
  ])('turns %j into %j', async (text, left) => {
    expect(await run(english, text)).toBe(left);
  });

  it('drops Korean words that stand alone, and no part of a word', async () => {
    const korean = createRemoveStopWords({ step: 'remove-stop-words', language: 'ko', add: [], keep: [] });
    expect(await run(korean, '그리고 나는 매우 큰 수박을 샀다')).toBe('큰 수박을 샀다');
  });

  it('takes words in and leaves words out, and says how many it dropped and where the rest came from', async () => {
    const step = createRemoveStopWords({
      ...{ step: 'remove-stop-words', language: 'en', add: ['Park'], keep: ['the'] },
    });
    const document = { ...openDocument(collected('to the park now')), alignment: [[15, 0, 15] as const] };
    expect(await step(document)).toEqual({
      ...{ decision: 'change', text: 'the now', counts: { words: 2 } },
      alignment: [
        [3, 3, 6],
        [1, 6, 12],
        [3, 12, 15],
      ],
    });
  });
});

describe('stem', () => {
  it('cuts English endings by Snowball, in lower case', async () => {
    const step = createStem({ step: 'stem', language: 'en' }, analysers);
    expect(await run(step, 'Running studies, the dog’s\nponies')).toBe('run studi, the dog\nponi');
  });

  it('cuts Korean particles and endings, where enough is left', async () => {
    const step = createStem({ step: 'stem', language: 'ko' }, analysers);
    expect(await run(step, '공원에서는 친구들이 공부했습니다. 나는')).toBe('공원 친구 공부. 나는');
    expect(koreanStem('a공원에')).toBe('a공원에');
  });
});

describe('lemmatize', () => {
  const step = createLemmatize(analysers);

  it.each([
    ['running', 'run'],
    ['better', 'good'],
    ['The children were\n\n  going home.', 'the child be\n\n  go home.'],
  ])('turns %j into %j', async (text, lemmas) => {
    expect(await run(step, text)).toBe(lemmas);
  });
});

describe('split-sentences', () => {
  const text = 'Dr. Smith went home. He slept!\nIs it late?';

  it.each([
    ['wink', ['Dr. Smith went home.', 'He slept!', 'Is it late?']],
    ['segmenter', ['Dr.', 'Smith went home.', 'He slept!', 'Is it late?']],
  ] as const)('parts English by %s', async (by, sentences) => {
    expect(await createSplitSentences({ language: 'en', by }, analysers)(text)).toEqual(sentences);
  });

  it('parts Korean by the rules of Unicode', async () => {
    const split = createSplitSentences({ language: 'ko', by: 'segmenter' }, analysers);
    expect(await split('공원에 갔다. 날씨가 좋았다!')).toEqual(['공원에 갔다.', '날씨가 좋았다!']);
  });
});

describe('textPieces', () => {
  it('makes the text again, and gives analysers neither long runs nor long texts', () => {
    const unit = fc.constantFrom('a', ' ', '\n', 'b '.repeat(3_000), 'c'.repeat(200), '한국어');
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const pieces = [...textPieces(units.join(''))];
        expect(pieces.map(({ text }) => text).join('')).toBe(units.join(''));
        for (const { kind, text } of pieces)
          if (kind === 'words') expect(text).toMatch(/^(?=[^]{1,5000}$)(?!.*\S{101})/);
      }),
      { numRuns: 30 },
    );
  });
});

describe('hostile text', () => {
  const megabyte = (piece: string): string => piece.repeat(Math.ceil(1_000_000 / piece.length));
  const steps: Readonly<Record<string, CleaningStep>> = {
    'remove-stop-words': createRemoveStopWords({
      step: 'remove-stop-words',
      language: 'en',
      add: [],
      keep: [],
    }),
    stem: createStem({ step: 'stem', language: 'en' }, analysers),
    lemmatize: createLemmatize(analysers),
  };
  const texts = ['a', "a'", 'the ', ' ', '\n', '가', 'a\u0301', '. ', 'http://', 'a@', '1,', '\uD800'];

  it.each(Object.keys(steps))(
    'passes %s, a megabyte of one kind at a time',
    async (name) => {
      for (const text of texts.map(megabyte))
        expect((await run(steps[name], text)).length).toBeGreaterThanOrEqual(0);
    },
    120_000,
  );

  it('is parted into sentences by either engine', async () => {
    for (const by of ['segmenter', 'wink'] as const) {
      const split = createSplitSentences({ language: 'en', by }, analysers);
      for (const text of texts.map(megabyte))
        expect((await split(text)).join('').length).toBeLessThanOrEqual(text.length);
    }
  }, 120_000);
});
