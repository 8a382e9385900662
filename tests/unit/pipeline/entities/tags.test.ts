import { describe, expect, it } from 'vitest';
import { tagWords, tokenClasses, wordsInRow } from '../../../../pipeline/entities/tag-words.ts';
import { entitiesOf, tagsOf } from '../../../../pipeline/entities/tags.ts';

/** Words of a text between white space, each a token behind [CLS]. */
const wordsOf = (text: string) =>
  [...text.matchAll(/\S+/g)].map(({ index, 0: word }, at) => ({
    start: index,
    end: index + word.length,
    token: at + 1,
  }));

describe('tagsOf', () => {
  it('puts O first and the labels in alphabetical order behind it', () => {
    expect(tagsOf(['place', 'person', 'place'])).toEqual(['O', 'B-person', 'I-person', 'B-place', 'I-place']);
  });

  it('keeps the places of the tags that training goes on from', () => {
    const known = tagsOf(['place']);
    expect(tagsOf(['person', 'place'], known)).toEqual(['O', 'B-place', 'I-place', 'B-person', 'I-person']);
  });
});

describe('tagWords', () => {
  const text = 'Ada Lovelace met Charles in London';

  it('tags the words of each span, and others with O', () => {
    const spans = [
      { start: 0, end: 12, label: 'person' },
      { start: 17, end: 24, label: 'person' },
      { start: 28, end: 34, label: 'place' },
    ];
    const { tags, widened, lost } = tagWords(wordsOf(text), spans);
    expect(tags).toEqual(['B-person', 'I-person', 'O', 'B-person', 'O', 'B-place']);
    expect({ widened, lost }).toEqual({ widened: 0, lost: 0 });
    expect(entitiesOf(tags).map(({ label }) => label)).toEqual(['person', 'person', 'place']);
  });

  it('takes a word whole that a span begins or ends in, and counts it', () => {
    const { tags, widened } = tagWords(wordsOf(text), [{ start: 5, end: 14, label: 'person' }]);
    expect(tags.slice(0, 4)).toEqual(['O', 'B-person', 'I-person', 'O']);
    expect(widened).toBe(1);
  });

  it('counts spans that touch no word, or only a word that is taken', () => {
    const spans = [
      { start: 0, end: 5, label: 'person' },
      { start: 6, end: 8, label: 'place' },
      { start: 12, end: 13, label: 'place' },
    ];
    const { tags, lost } = tagWords(wordsOf(text), spans);
    expect(tags.slice(0, 3)).toEqual(['B-person', 'I-person', 'O']);
    expect(lost).toBe(2);
  });
});

describe('tokenClasses', () => {
  const words = [
    { start: 0, end: 3, token: 1 },
    { start: 4, end: 12, token: 2 },
    { start: 13, end: 16, token: 5 },
  ];

  it('gives its first piece the class of a word, and none to other pieces and to [CLS] and [SEP]', () => {
    expect(tokenClasses(words, [1, 2, 0], 7)).toEqual([-1, 1, 2, -1, -1, 0, -1]);
  });

  it('leaves out words that were cut', () => {
    expect(tokenClasses(words, [1, 2, 0], 6)).toEqual([-1, 1, 2, -1, -1, -1]);
    expect(wordsInRow(words, 6)).toBe(2);
    expect(wordsInRow(words, 7)).toBe(3);
  });
});
