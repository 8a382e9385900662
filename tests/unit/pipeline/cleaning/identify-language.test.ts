import { describe, expect, it } from 'vitest';
import { cleaningSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { createAnalysers } from '../../../../runtimes/languages/analysers.ts';
import { collected } from './documents.ts';

const analysers = createAnalysers();

async function run(options: object, text: string): Promise<string> {
  const { steps } = cleaningSchema.parse({ steps: [{ step: 'identify-language', ...options }] });
  const outcome = await createRecipe(steps, { analysers }).clean(collected(text));
  return outcome.outcome === 'kept' ? outcome.document.text : `dropped: ${outcome.reason}`;
}

const english = [
  'I am going to the park.',
  'The meeting has been moved to Friday morning.',
  'Please close the window before you leave.',
  'Nobody knew where the old bridge had stood.',
  'Click the icon to open the settings.',
  'She sold the house two years ago.',
  'Water boils at a lower temperature up there.',
  'Prices rose again in the last quarter.',
  'We could hear the children in the garden.',
  'This option is not available for older files.',
];
const korean = [
  '나는 오늘 공원에 간다.',
  '회의는 금요일 아침으로 옮겨졌습니다.',
  '나가기 전에 창문을 닫아 주세요.',
  '오래된 다리가 어디 있었는지 아무도 몰랐다.',
  '아이콘을 클릭하여 설정 창을 엽니다.',
  '그는 이 년 전에 집을 팔았다.',
  '물은 그곳에서 더 낮은 온도에 끓는다.',
  '지난 분기에 물가가 다시 올랐다고 한다.',
  'URL을 입력하고 Enter 키를 누르십시오.',
  '정원에서 아이들 소리가 들려왔다.',
];

describe('identify-language', () => {
  it.each(english)('tells that %j is English', async (text) => {
    expect(await run({ languages: ['en'] }, text)).toBe(text);
    expect(await run({ languages: ['ko'] }, text)).toBe('dropped: language-en');
  });

  it.each(korean)('tells that %j is Korean', async (text) => {
    expect(await run({ languages: ['ko'] }, text)).toBe(text);
    expect(await run({ languages: ['en'] }, text)).toBe('dropped: language-ko');
  });

  it('keeps paragraphs in wanted languages, and short ones with them', async () => {
    const french = 'Nous avons mangé du pain et du fromage avec nos amis.';
    const text = ['Notes', english[1], french, korean[1], english[2]].join('\n\n');
    const wanted = { languages: ['en'], by: 'paragraph' };
    expect(await run(wanted, text)).toBe(['Notes', english[1], english[2]].join('\n\n'));
    expect(await run({ ...wanted, languages: ['ko', 'en'] }, text)).toBe(
      ['Notes', english[1], korean[1], english[2]].join('\n\n'),
    );
    expect(await run(wanted, `${french}\n${french}`)).toBe('dropped: language-fr');
  });

  it('drops what fits no language well enough, and what has no words', async () => {
    expect(await run({ languages: ['en'], minimumScore: 0.99 }, english[0])).toBe(
      'dropped: language-uncertain',
    );
    expect(await run({ languages: ['en'] }, '12345 67')).toBe('dropped: language-und');
    expect(await run({ languages: ['en'] }, '')).toBe('dropped: language-und');
  });

  it('takes codes of languages alone', () => {
    const parsed = cleaningSchema.safeParse({
      steps: [{ step: 'identify-language', languages: ['English'] }],
    });
    expect(parsed.error?.issues[0]).toMatchObject({
      message: 'expected a code of two letters, as in ISO 639-1',
    });
  });
});
