import { describe, expect, it } from 'vitest';
import { cleaningSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { cleaningPresets } from '../../../../contracts/model-spec/cleaning-presets.ts';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { createAnalysers } from '../../../../runtimes/languages/analysers.ts';
import { collected } from '../../pipeline/cleaning/documents.ts';

const names = (cleaning: object): string[] => cleaningSchema.parse(cleaning).steps.map(({ step }) => step);
const problems = (cleaning: object) =>
  cleaningSchema.safeParse(cleaning).error?.issues.map(({ path, message }) => [path.join('.'), message]);

describe('a preset', () => {
  it.each(Object.entries(cleaningPresets))('%s stands for its steps, with every default', (preset, steps) => {
    expect(names({ preset })).toEqual(steps.map(({ step }) => step));
    expect(cleaningSchema.parse({ preset })).toEqual(cleaningSchema.parse({ steps }));
  });

  it('has steps of the model file in the place of its own, and others behind', () => {
    const { steps } = cleaningSchema.parse({
      preset: 'social',
      without: ['decode-entities', 'deduplicate-exact'],
      steps: [{ step: 'lower-case' }, { step: 'drop-short', minimumWords: 9 }],
    });
    expect(steps.map(({ step }) => step)).toEqual([
      ...['repair-mojibake', 'normalize-unicode', 'shorten-runs', 'redact-personal-data', 'drop-short'],
      'lower-case',
    ]);
    expect(steps).toContainEqual({ step: 'drop-short', minimumWords: 9 });
  });

  it('has a step twice where the model file says it twice', () => {
    const twice = [
      { step: 'drop-short', minimumWords: 4 },
      { step: 'drop-short', minimumWords: 5 },
    ];
    expect(names({ preset: 'mail', steps: twice }).filter((step) => step === 'drop-short')).toHaveLength(2);
  });

  it('is what a spec that was printed says again', () => {
    const printed = cleaningSchema.parse({ preset: 'web-ko' });
    expect(cleaningSchema.parse(JSON.parse(JSON.stringify(printed)))).toEqual(printed);
  });

  it('is refused in words where it is none, or lacks what is to be left out', () => {
    expect(problems({ preset: 'web' })?.[0][1]).toContain('"web-en"|"web-ko"|"mail"|"code"|"social"');
    expect(problems({ preset: 'code', without: ['strip-html'] })).toEqual([
      [
        'without.0',
        'expected a step of code: code-quality, redact-personal-data, deduplicate-exact, deduplicate',
      ],
    ]);
    expect(problems({ without: ['deduplicate'] })).toEqual([['without.0', 'expected a preset beside it']]);
  });

  it('cleans what it is named after', async () => {
    const clean = async (preset: string, text: string, mediaType?: string) => {
      const recipe = createRecipe(cleaningSchema.parse({ preset }).steps, { analysers: createAnalysers() });
      const outcome = await recipe.clean(collected(text, mediaType));
      return outcome.outcome === 'kept' ? outcome.document.text : `${outcome.step}: ${outcome.reason}`;
    };
    expect(await clean('social', 'ㅋㅋㅋㅋㅋ 오늘 정말 좋다!!!!! &amp; 끝')).toBe(
      'ㅋㅋ 오늘 정말 좋다!!! & 끝',
    );
    expect(
      await clean('mail', 'Subject: Tea\n\nAt four, as agreed.\n> when?\n-- \nAnn', 'message/rfc822'),
    ).toBe('Tea\nAt four, as agreed.');
    expect(await clean('code', `x=${'1,'.repeat(600)}`)).toBe('code-quality: line_too_long');
    expect(await clean('code', 'def add(a, b):\n    return a + b\n')).toBe(
      'def add(a, b):\n    return a + b\n',
    );
    const short = '<html><body><p>Nothing but a line of English text.</p></body></html>';
    expect(await clean('web-ko', short, 'text/html')).toBe('identify-language: language-en');
    expect(await clean('web-en', short, 'text/html')).toBe('gopher-repetition: top_2_gram');
  });
});
