import { describe, expect, it } from 'vitest';
import { languageFigures } from '../../../../../pipeline/evaluation/language-figures.ts';
import { answeringSection } from '../../../../../pipeline/evaluation/report/answering-section.ts';

const page = (expected: readonly string[]) =>
  String(
    answeringSection({
      answering: {
        heldOut: languageFigures(1, { documents: 12, tokens: 30, bytes: 60 }),
        ...{ pairs: { training: 40, heldOut: 12, cut: 0, leftOut: 0 }, prompt: '{text}=', learning: [] },
        answers: expected.map((it, index) => ({
          prompt: '밥'.repeat(200),
          expected: it,
          answered: `n${index}`,
        })),
      },
    }),
  );

describe('the section on answers', () => {
  it('shows the first prompts that were asked, what was expected and what was answered', () => {
    const shown = page(Array.from({ length: 12 }, (_, index) => `n${index % 3}`));
    expect(shown).toContain(
      'The first 10 of 12 held-out prompts that it was asked; it answered 3 to the letter',
    );
    expect(shown.match(/<td>(yes|no)<\/td>/g)).toHaveLength(10);
    expect(shown).toContain(`<bdi>${'밥'.repeat(160)}…</bdi>`);
    expect(shown).toMatch(
      /Exact match<small>[^<]*higher is better<\/small><\/th>\s*<td class="number">0\.250/,
    );
  });

  it('tells no exact match where nothing was asked', () => {
    expect(page([])).not.toMatch(/Exact match|to the letter/);
  });
});
