import { describe, expect, it } from 'vitest';
import { type DataSchema, dataSchemaSchema } from '../../../../contracts/data-validation.ts';
import { checkData } from '../../../../pipeline/validation/check-data.ts';
import { createTextCheck } from '../../../../pipeline/validation/check-text.ts';
import { inferSchema } from '../../../../pipeline/validation/infer-schema.ts';
import { createStatistics, type Observed } from '../../../../pipeline/validation/statistics.ts';
import { widenSchema } from '../../../../pipeline/validation/widen-schema.ts';
import { wordsOf } from '../../../../pipeline/validation/words.ts';

const languageOf = (text: string): string => (/[가-힣]/.test(text) ? 'ko' : 'en');

function statisticsOf(documents: Iterable<Observed>) {
  const statistics = createStatistics(languageOf);
  for (const document of documents) statistics.add(document);
  return statistics.result();
}

/** Mails of 8 to 27 words out of sixty, every fourth one spam. */
function mails(count: number, overrides: Partial<Observed> = {}): Observed[] {
  return Array.from({ length: count }, (_, place) => {
    const words = Array.from({ length: 8 + ((place * 7) % 20) }, (_word, index) =>
      word((place * 13 + index * index) % 60),
    );
    return {
      text: words.join(' '),
      source: 'inbox',
      time: '2026-01-01T00:00:00Z',
      label: place % 4 === 0 ? 'spam' : 'ham',
      ...overrides,
    };
  });
}
const word = (number: number): string =>
  `word${String.fromCodePoint(97 + (number % 26), 97 + Math.floor(number / 26))}`;

const schema = inferSchema(statisticsOf(mails(400)));
const kindsOf = (documents: Observed[], of: DataSchema = schema): string[] =>
  checkData(of, statisticsOf(documents)).map(({ kind }) => kind);

describe('a data schema', () => {
  it('is inferred as plain data that its own contract accepts', () => {
    expect(dataSchemaSchema.parse(JSON.parse(JSON.stringify(schema)))).toEqual(schema);
    expect(schema).toMatchObject({
      sources: ['inbox'],
      fields: { time: 0.9, licence: 0, label: 0.9 },
      labels: { shares: { ham: 0.75, spam: 0.25 } },
      languages: { shares: { en: 1 } },
    });
    expect(schema.vocabulary?.words).toHaveLength(
      new Set(mails(400).flatMap(({ text }) => text.split(' '))).size,
    );
  });

  it('names no word of a single document, which may be somebody’s name', () => {
    const once = inferSchema(
      statisticsOf([...mails(400), ...mails(1, { text: 'Hildegunst word '.repeat(9) })]),
    );
    expect(once.vocabulary?.words).not.toContain('hildegunst');
  });

  it('is as expected by more of the same, however little', () => {
    for (const count of [1, 7, 50, 1_000]) expect(kindsOf(mails(count))).toEqual([]);
    expect(kindsOf([])).toEqual([]);
  });

  it.each([
    ['unknown-source', mails(30, { source: 'elsewhere' })],
    ['missing-field', mails(200, { time: undefined })],
    ['unknown-label', [...mails(400), ...mails(4, { label: 'phishing' })]],
    ['label-drift', mails(200, { label: 'spam' })],
    ['length', mails(100, { text: 'worda wordb '.repeat(500) })],
    ['language-drift', mails(100, { text: '내일 회의에서 봅시다' })],
    ['unknown-words', mails(200, { text: 'lorem ipsum dolor sit amet consectetur adipiscing elit' })],
  ])('tells %s', (kind, documents) => {
    expect(kindsOf(documents)).toContain(kind);
  });

  it('says what was expected and what was found', () => {
    const [anomaly] = checkData(schema, statisticsOf(mails(200, { label: 'spam' })));
    expect(anomaly).toEqual({
      ...{ kind: 'label-drift', section: 'labels' },
      message: 'ham: 0.0 %, where 75.0 % were expected',
    });
  });

  it('leaves to chance what chance explains: three of four are no drift where three of four hundred would be', () => {
    expect(kindsOf([...mails(1), ...mails(3, { label: 'spam' })])).toEqual([]);
    expect(kindsOf([...mails(100), ...mails(300, { label: 'spam' })])).toContain('label-drift');
  });

  it('checks only the sections that it has', () => {
    expect(
      kindsOf(mails(200, { label: 'spam', source: 'elsewhere', time: undefined }), { version: 1 }),
    ).toEqual([]);
  });

  it('expects what somebody accepted, and keeps what was edited elsewhere', () => {
    const found = [...mails(400), ...mails(40, { label: 'phishing' })];
    const edited: DataSchema = { ...schema, characters: { minimum: 0, maximum: 9, maximumOutside: 1 } };
    const anomalies = checkData(edited, statisticsOf(found));
    const widened = widenSchema(edited, inferSchema(statisticsOf(found)), anomalies);
    expect(checkData(widened, statisticsOf(found))).toEqual([]);
    expect(widened.characters).toEqual(edited.characters);
  });

  it('holds a single text against lengths and words', () => {
    const check = createTextCheck(schema);
    expect(check(mails(3)[2].text)).toEqual([]);
    expect(check('')).toEqual(['length']);
    expect(check('worda '.repeat(2_000))).toContain('length');
    expect(check('lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor')).toEqual([
      'unknown-words',
    ]);
    expect(createTextCheck({ version: 1 })('anything')).toEqual([]);
  });
});

describe('words of a vocabulary', () => {
  it('are runs of letters in lower case, and of Hangul the syllables that stand for the stem', () => {
    expect([...wordsOf('The Café’s 3 mails')]).toEqual(['the', 'café', 's', 'mails']);
    expect([...wordsOf('학교에서 학교는')]).toEqual(['학교', '학교']);
    expect([...wordsOf('학교')]).toEqual(['학교']);
  });

  it('are bounded, however long a run of letters is', () => {
    expect([...wordsOf('a'.repeat(100_000))].map(({ length }) => length)).toEqual([40]);
  });

  it('are counted in bounded memory: of very many the rare ones make room', () => {
    const statistics = createStatistics(languageOf);
    for (let place = 0; place < 120; place += 1) {
      const rare = Array.from({ length: 2_000 }, (_, index) => letters(place * 2_000 + index));
      statistics.add({ text: `common ${rare.join(' ')}`, source: 'a' });
    }
    const { words, runningWords } = statistics.result();
    expect(words.get('common')).toEqual({ count: 120, documents: 120 });
    expect(words.size).toBeLessThanOrEqual(200_000);
    expect(runningWords).toBe(120 * 2_001);
  });
});

const letters = (number: number): string =>
  `q${number.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)])}`;
