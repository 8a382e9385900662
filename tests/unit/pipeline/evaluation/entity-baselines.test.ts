import { describe, expect, it } from 'vitest';
import { frequentTags } from '../../../../pipeline/evaluation/entity-baselines.ts';

describe('frequentTags', () => {
  const tag = frequentTags([
    { words: ['Ada', 'met', 'Paris'], tags: ['B-person', 'O', 'B-person'] },
    { words: ['Paris', 'is', 'in', 'Paris'], tags: ['B-place', 'O', 'O', 'B-place'] },
    { words: ['서울', '서울'], tags: ['O', 'B-place'] },
  ]);

  it('gives each word the tag that it had most often, and none to a word that was not seen', () => {
    expect(tag(['Paris', 'met', 'Ada', 'Babbage'])).toEqual(['B-place', 'O', 'B-person', 'O']);
  });

  it('takes the first in alphabetical order of tags that were as frequent', () => {
    expect(tag(['서울'])).toEqual(['B-place']);
  });

  it('tells words apart by their spelling, and takes none for a member of an object', () => {
    expect(tag(['ada', 'constructor', '__proto__'])).toEqual(['O', 'O', 'O']);
  });

  it('names no entity where there was nothing to learn from', () => {
    expect(frequentTags([])(['Ada'])).toEqual(['O']);
  });
});
