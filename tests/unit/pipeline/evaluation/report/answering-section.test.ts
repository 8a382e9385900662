import { describe, expect, it } from 'vitest';
import { measureAnswers } from '../../../../../pipeline/evaluation/answer-metrics.ts';
import { languageFigures } from '../../../../../pipeline/evaluation/language-figures.ts';
import { answeringSection } from '../../../../../pipeline/evaluation/report/answering-section.ts';

const page = (expected: readonly string[]) => {
  const answers = expected.map((it, index) => ({
    ...{ prompt: '밥'.repeat(200), expected: it, answered: `n${index}` },
    ...{ lead: `<n${index}>`, retrieved: `<${it}>` },
  }));
  const section = answeringSection({
    seed: 7,
    metrics: {
      answerLoss: { value: 1, interval: { low: 0.8, high: 1.3, confidence: 0.95 } },
      answerPerplexity: { value: Math.E, interval: null },
    },
    answering: {
      heldOut: languageFigures(1, { documents: 12, tokens: 30, bytes: 60 }),
      ...{
        pairs: { training: 40, heldOut: 12, cut: 0, leftOut: 0 },
        prompt: '{text}=',
        learning: [],
        answers,
      },
      ...(answers.length > 0 && { measures: measureAnswers(answers, { seed: 1, resamples: 50 }) }),
    },
  });
  return String(section);
};

describe('the section on answers', () => {
  it('shows the first prompts that were asked, what was expected and what was answered', () => {
    const shown = page(Array.from({ length: 12 }, (_, index) => `n${index % 3}`));
    expect(shown).toContain(
      'The first 10 of 12 held-out prompts that it was asked; it answered 3 to the letter',
    );
    expect(shown.match(/<td>(yes|no)<\/td>/g)).toHaveLength(10);
    expect(shown).toContain(`<bdi>${'밥'.repeat(160)}…</bdi>`);
    expect(shown).toContain('<td><bdi>&lt;n0&gt;</bdi></td>'); // of the nearest document, as text
  });

  it('tells each metric beside the baselines, with its interval and how it was counted', () => {
    const shown = page(Array.from({ length: 12 }, (_, index) => `n${index % 3}`));
    const [, ...cells] =
      /Exact match<small>[^<]*higher is better<\/small><small><code>exact\|nrefs:1\|norm:NFC\|agg:mean<\/code><\/small><\/th>\s*<td class="number">0\.250<small>(0\.\d+) to (0\.\d+)<\/small><\/td><td class="number">([\d.]+)<small>[^<]*<\/small><\/td><td class="number">([\d.]+)</.exec(
        shown,
      ) ?? [];
    expect(cells.slice(2)).toEqual(['0.000', '0.000']);
    expect(Number(cells[0])).toBeLessThan(Number(cells[1]));
    for (const title of [
      'Candidate',
      'Lead sentence of the document',
      'Answer of the nearest document (tf-idf)',
    ])
      expect(shown).toContain(`<th scope="col" class="number">${title}</th>`);
    for (const name of ['Token F1', 'ROUGE-L', 'chrF', 'BLEU']) expect(shown).toContain(name);
  });

  it('tells what held-out answers cost, with its interval where there is one', () => {
    const shown = page([]);
    expect(shown).toContain(
      '12 held-out answers, 30 tokens, ends included, with 95 % bootstrap intervals over answers (seed 7)',
    );
    expect(shown).toMatch(/Loss of answers<small>[^]*?1\.000<small>0\.800 to 1\.300<\/small>/);
    expect(shown).toContain('2.718');
  });

  it('tells no exact match where nothing was asked', () => {
    expect(page([])).not.toMatch(/Exact match|to the letter/);
  });
});
