import { describe, expect, it } from 'vitest';
import { loadLanguageIdentifier } from '../../../../runtimes/languages/identifier.ts';

describe('the identifier of languages', () => {
  it('tells Korean from English by a sentence, and says where it cannot tell', async () => {
    const identify = await loadLanguageIdentifier();
    expect(identify('나는 오늘 맛있는 밥을 먹었다.')).toBe('ko');
    expect(identify('I am going to the park')).toBe('en');
    expect(['', '12345', 'Hello'].map(identify)).toEqual(['und', 'und', 'und']);
  });
});
