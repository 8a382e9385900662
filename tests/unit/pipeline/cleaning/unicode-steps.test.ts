import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cleaningSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { createAnalysers } from '../../../../runtimes/languages/analysers.ts';
import { collected } from './documents.ts';

async function run(step: object, text: string): Promise<string> {
  const outcome = await createRecipe(cleaningSchema.parse({ steps: [step] }).steps).clean(collected(text));
  return outcome.outcome === 'kept' ? outcome.document.text : `dropped: ${outcome.reason}`;
}

/** The same text comes out where offsets count, and every stretch that was copied is found at its place. */
async function expectTraced(step: object, text: string): Promise<void> {
  const { steps } = cleaningSchema.parse({ steps: [step] });
  const outcome = await createRecipe(steps, { aligned: true }).clean(collected(text));
  expect(outcome).toMatchObject({ outcome: 'kept', document: { text: await run(step, text) } });
}

describe('normalize-unicode', () => {
  it('keeps joiners where a script or an emoji needs them, and nowhere else', async () => {
    const step = { step: 'normalize-unicode' };
    for (const text of ['👩\u200D💻', '👩🏽\u200D🔬', 'می\u200Cخواهم', 'क्\u200Dष', '❤\uFE0F\u200D🔥'])
      expect(await run(step, text)).toBe(text);
    expect(await run(step, 'in\u200Dvis\u200Cible \u200D한\u200C글\u200D')).toBe('invisible 한글');
  });

  it('removes characters of private use where it is asked to', async () => {
    const text = 'icon \uE000 and \u{F0000}';
    expect(await run({ step: 'normalize-unicode' }, text)).toBe(text);
    expect(await run({ step: 'normalize-unicode', privateUse: 'remove' }, text)).toBe('icon and');
  });
});

describe('repair-mojibake', () => {
  const golden = z
    .array(z.object({ text: z.string(), fixed: z.string() }))
    .parse(JSON.parse(readFileSync(new URL('../../../golden/mojibake.json', import.meta.url), 'utf8')));

  it.each(golden)('makes $fixed of $text', async ({ text, fixed }) => {
    expect(await run({ step: 'repair-mojibake' }, text)).toBe(fixed);
  });

  it('leaves texts of Korean, Cyrillic and ASCII letters as they are', async () => {
    const letters = fc.constantFrom(...Array.from('가각힣ㄱㅏ한글 привет abc ,.!'));
    await fc.assert(
      fc.asyncProperty(fc.array(letters), async (array) => {
        const text = array.join('');
        expect(await run({ step: 'repair-mojibake' }, text)).toBe(text);
      }),
    );
  });
});

describe('decode-entities', () => {
  it.each([
    ['fish &amp; chips &lt;3 &#44032;&#xAC01;', 'fish & chips <3 가각'],
    ['caf&eacute; &amp;eacute; &hellip;', 'café é …'],
    ['AT&T; &nosuchthing; &; &# &#xZZ; a&b', 'AT&T; &nosuchthing; &; &# &#xZZ; a&b'],
    ['&#0; &#x110000;', '\uFFFD \uFFFD'],
  ])('turns %j into %j', async (text, decoded) => {
    expect(await run({ step: 'decode-entities' }, text)).toBe(decoded);
  });
});

describe('shorten-runs', () => {
  it('shortens the kinds that it is told of', async () => {
    const text = 'ㅋㅋㅋㅋㅋ ㅠㅠㅠ soooo!!!!! 👍👍👍👍 ㅋㅎㅋㅎ';
    expect(await run({ step: 'shorten-runs' }, text)).toBe(text);
    expect(await run({ step: 'shorten-runs', jamo: 2 }, text)).toBe('ㅋㅋ ㅠㅠ soooo!!!!! 👍👍👍👍 ㅋㅎㅋㅎ');
    expect(await run({ step: 'shorten-runs', punctuation: 1, letters: 2 }, text)).toBe(
      'ㅋㅋㅋㅋㅋ ㅠㅠㅠ soo! 👍 ㅋㅎㅋㅎ',
    );
  });
});

describe('replace-emoji', () => {
  const clean = async (options: object, text: string): Promise<string> => {
    const { steps } = cleaningSchema.parse({ steps: [{ step: 'replace-emoji', ...options }] });
    const outcome = await createRecipe(steps, { analysers: createAnalysers() }).clean(collected(text));
    return outcome.outcome === 'kept' ? outcome.document.text : outcome.reason;
  };
  const text = 'good 👍🏽 ❤️❤ 👩‍💻 🇰🇷 1️⃣ © 3 ★→';

  it('says emoji by their names, in English and in Korean', async () => {
    expect(await clean({}, text)).toBe(
      'good :thumbs_up_medium_skin_tone: :red_heart::red_heart: :woman_technologist: :flag_South_Korea: :keycap_1: © 3 ★→',
    );
    expect(await clean({ language: 'ko' }, '👍 ❤️')).toBe(':올린_엄지: :빨간색_하트:');
  });

  it('removes them, and other symbols where it is asked to', async () => {
    expect(await clean({ by: 'nothing' }, text)).toBe('good      © 3 ★→');
    expect(await clean({ by: 'nothing', symbols: 'remove' }, text)).toBe('good       3 →');
  });
});

describe('lower-case', () => {
  it('turns "Hello" into "hello", and letters of other scripts too', async () => {
    expect(await run({ step: 'lower-case' }, 'Hello')).toBe('hello');
    expect(await run({ step: 'lower-case' }, 'ÉCOLE Привет ΣΊΣΥΦΟΣ 한글 İ')).toBe(
      'école привет σίσυφος 한글 i̇',
    );
  });
});

describe('steps over characters, where offsets count', () => {
  it.each(['normalize-unicode', 'repair-mojibake', 'decode-entities', 'lower-case'])(
    '%s says where its text comes from',
    async (step) => {
      await expectTraced({ step }, 'Hé\u200Bllo cafÃ© &amp; ¾È³çÇÏ¼¼¿ä İx');
    },
  );

  it('shorten-runs says it too', async () => {
    await expectTraced({ step: 'shorten-runs', jamo: 2, punctuation: 3, letters: 2 }, 'ㅋㅋㅋ soooo!!!! ok');
  });
});
