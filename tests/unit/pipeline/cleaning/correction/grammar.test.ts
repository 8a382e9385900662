import { describe, expect, it } from 'vitest';
import { correctErrors } from '../../../../../contracts/model-spec/correction.ts';
import { createCorrectErrors, undoCorrections } from '../../../../../pipeline/cleaning/correct-errors.ts';
import {
  protectedStretches,
  touchesOne,
} from '../../../../../pipeline/cleaning/correction/protected-stretches.ts';
import { createRecipe } from '../../../../../pipeline/cleaning/recipe.ts';
import { openDocument } from '../../../../../pipeline/cleaning/working-document.ts';
import { createAnalysers } from '../../../../../runtimes/languages/analysers.ts';
import { collected } from '../documents.ts';

const analysers = createAnalysers();

async function run(text: string, options: object = {}) {
  const spec = { step: 'correct-errors', language: 'en', grammar: true, ...options };
  const verdict = await createCorrectErrors(
    correctErrors.parse(spec),
    analysers,
  )(openDocument(collected(text)));
  return verdict.decision === 'change' ? verdict : { text, corrections: [], counts: {} };
}

describe('correct-errors, grammar', () => {
  it.each([
    ['This is an test.', 'This is a test.', 'AnA'],
    ['You should of told me.', 'You should have told me.', 'ModalOf'],
    ['I went to the the store.', 'I went to the store.', 'RepeatedWords'],
    ['She is taller then me.', 'She is taller than me.', 'ThenThan'],
    ['They was late.', 'They were late.', 'PronounInflectionBe'],
    ['Yes 😀. He did not knew it.', 'Yes 😀. He did not know it.', 'DidPast'],
  ])('turns %s into %s', async (text, corrected, rule) => {
    const verdict = await run(text);
    expect(verdict.text).toBe(corrected);
    expect(verdict.counts).toEqual({ [`grammar ${rule}`]: 1 });
    expect(undoCorrections(corrected, verdict.corrections ?? [])).toBe(text);
  });

  it.each([
    'He said "this is an test" and left.',
    '“You should of told me,” he said.',
    '> You should of told me.',
    '    they was = an test',
    '```\nThis is an test.\n\nThey was late.\n```',
    'Use `an test` here.',
    'This is an `test` here.',
    'install php php-devel and more',
    'in a\nR> broad sense',
    'This is a test.',
  ])('leaves %j', async (text) => {
    expect((await run(text)).text).toBe(text);
  });

  it('asks the rules that are named, and leaves words that it is told are right', async () => {
    const text = 'This is an test. They was late.';
    expect((await run(text, { grammarRules: ['AnA'] })).text).toBe('This is a test. They was late.');
    expect((await run(text, { keep: ['an'] })).text).toBe('This is an test. They were late.');
    await expect(run(text, { grammarRules: ['NoSuchRule'] })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: 'correct-errors: harper.js has no rule NoSuchRule',
    });
  });

  it('keeps one record of two steps, by which both are taken back', async () => {
    const text = 'We recieve an test. 잘 됬다. You should of known.';
    const steps = [{ language: 'ko' }, { language: 'en', grammar: true }, { language: 'en', grammar: true }];
    const specs = steps.map((it) => correctErrors.parse({ step: 'correct-errors', ...it }));
    const outcome = await createRecipe(specs, { analysers }).clean(collected(text));
    if (outcome.outcome !== 'kept') throw new Error('it was dropped');
    const { text: corrected, corrections = [] } = outcome.document;
    expect(corrected).toBe('We receive a test. 잘 됐다. You should have known.');
    expect(corrections).toHaveLength(4);
    expect(undoCorrections(corrected, corrections)).toBe(text);
  });

  it('is not asked of Korean', () => {
    const wrong = correctErrors.safeParse({ step: 'correct-errors', language: 'ko', grammar: true });
    expect(wrong.error?.issues).toMatchObject([{ path: ['grammar'], message: "expected the language 'en'" }]);
  });

  it('takes a megabyte of what hurts in bounded time, and can take it back', async () => {
    for (const text of [
      '"a ',
      '`',
      '``` \n',
      '> ',
      'could of ',
      '(',
      '\n',
      'the the\n',
      '‘’“',
      "i' ",
      'A. ',
    ]) {
      const whole = text.repeat(50_000 / text.length);
      const { text: corrected, corrections } = await run(whole);
      expect(undoCorrections(corrected, corrections ?? [])).toBe(whole);
    }
    for (const text of ['"a', '`a`', '“', '```\n', '\n"\n\n'])
      expect(protectedStretches(text.repeat(1_000_000 / text.length)).length).toBeGreaterThan(0);
  }, 120_000);
});

describe('protected stretches', () => {
  it('are code and quotations, whole', () => {
    const text = 'a "b c" d `e` f\n> g\n\nh “i\n\nj';
    const pieces = protectedStretches(text).map(({ start, end }) => text.slice(start, end));
    expect(pieces).toEqual(['"b c"', '`e`', '> g', '“i']);
  });

  it('are touched by what lies in them or beside them', () => {
    const stretches = [
      { start: 2, end: 4 },
      { start: 8, end: 9 },
    ];
    const touched = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((at) =>
      touchesOne(stretches, { start: at, end: at + 1 }),
    );
    expect(touched).toEqual([1, 2, 3, 4, 7, 8, 9]);
  });
});
