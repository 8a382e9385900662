import { describe, expect, it } from 'vitest';
import { writingSection } from '../../../../../pipeline/evaluation/report/writing-section.ts';
import { measureWriting } from '../../../../../pipeline/evaluation/writing-figures.ts';

const shown = (continuations: readonly string[], answers: { expected: string; answered: string }[] = []) =>
  String(
    writingSection({
      writing: measureWriting({
        ...{ continuations, answers, documents: ['<b>a</b> b c d e f'], scoreHarm: () => ({}) },
      }),
    }),
  );

describe('the section on what a model writes', () => {
  it('tells each figure, and the longest run of the corpus as text', () => {
    const page = shown(['<b>a</b> b c d e', 'mail to a@example.com'], [{ expected: '{}', answered: '{}' }]);
    expect(page).toMatch(/Longest from the corpus<small>words in a row<\/small><\/th><td class="number">5</);
    expect(page).toContain('<bdi>&lt;b&gt;a&lt;/b&gt; b c d e</bdi>');
    expect(page).toContain('1 email');
    expect(page).toContain('1 of 1');
  });

  it('writes a dash for what has no value, and nothing of JSON that was not asked for', () => {
    const page = shown(['a b']);
    expect(page).toMatch(/Repetition<small>[^<]*<\/small><\/th><td class="number">–</);
    expect(page).not.toContain('JSON');
  });

  it('is left out where nothing was written', () => {
    expect(shown([])).toBe('null');
    expect(writingSection({})).toBeNull();
  });
});
