import { describe, expect, it } from 'vitest';
import { scoreText } from '../../../../../pipeline/evaluation/language-samples.ts';
import {
  continuationsSection,
  samplesSection,
} from '../../../../../pipeline/evaluation/report/samples-section.ts';

describe('the section of likely texts', () => {
  it('shows the worked case: each word with its probability, their product and the perplexity', () => {
    const words = ['나는', ' 오늘', ' 맛있는', ' 밥을', ' 먹었다.'];
    const probabilities = [0.1, 0.05, 0.2, 0.15, 0.5];
    const tokens = words.map((token, at) => ({ token, logProbability: Math.log(probabilities[at]) }));
    const section = String(samplesSection([scoreText(words.join(''), tokens)]));
    const shown = [...section.matchAll(/<bdi>([^<]*)<\/bdi><small>([^<]*)<\/small>/g)];
    expect(shown.map(([, token]) => token)).toEqual(words);
    expect(shown.map(([, , probability]) => Number(probability))).toEqual(probabilities);
    expect(section).toContain('Product 7.5 × 10<sup>−5</sup>'); // 0.1 · 0.05 · 0.2 · 0.15 · 0.5
    expect(section).toContain('perplexity 6.683 over 5 tokens');
  });
});

describe('the section of continuations', () => {
  const sectionOf = (endsWords?: true): string =>
    String(
      continuationsSection([
        {
          ...{ prompt: '나는', likeliest: [], greedy: ' 선을', drawn: ' 값이' },
          inCorpus: { times: 4, ...(endsWords && { endsWords }), words: [{ word: '선을', count: 3 }] },
        },
      ]),
    );

  it('says how often each word follows a prompt, and whether the prompt only ends words there', () => {
    expect(sectionOf()).toContain('선을</bdi> 75 %</small><small>of 4 times</small>');
    expect(sectionOf(true)).toContain('of 4 times, at the end of longer words');
  });
});
