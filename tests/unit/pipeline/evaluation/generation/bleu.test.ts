import { describe, expect, it } from 'vitest';
import type { BleuOptions } from '../../../../../pipeline/evaluation/generation/bleu.ts';
import { corpusBleu, sentenceBleu } from '../../../../../pipeline/evaluation/generation/bleu.ts';
import { MetricUndefined } from '../../../../../pipeline/evaluation/metric-undefined.ts';
import { distance } from '../golden.ts';
import { machineTranslation } from './golden.ts';

const EXACT = 1e-9;

describe.each(machineTranslation.cases)('BLEU of $name', ({ hypotheses, references, bleu }) => {
  it.each(bleu)('is that of sacrebleu with $options', ({ options: theirs, corpus, signature, sentences }) => {
    const { smooth_method: method = 'exp', smooth_value: value } = theirs;
    const options = {
      tokenization: theirs.tokenize ?? '13a',
      smoothing: { method, ...(value !== undefined && { value }) },
      lowercase: theirs.lowercase ?? false,
      maximumOrder: theirs.max_ngram_order ?? 4,
      effectiveOrder: theirs.effective_order ?? false,
    } as BleuOptions;
    const ours = corpusBleu({ hypotheses, references }, options);
    const figures = [ours.value, ...ours.precisions, ours.brevityPenalty];
    expect(distance(figures, [corpus.score, ...corpus.precisions, corpus.bp])).toBeLessThan(EXACT);
    expect([ours.hypothesisLength, ours.referenceLength]).toEqual([corpus.sys_len, corpus.ref_len]);
    expect(ours.signature).toBe(signature);
    const each = hypotheses.map((text, at) => sentenceBleu(text, references[at], options).value);
    expect(distance(each, sentences)).toBeLessThan(EXACT);
  });
});

describe('BLEU', () => {
  const segments = { hypotheses: ['a b c d', 'e f'], references: [['a b c d'], ['g h']] };

  it('is told of drawn examples, repeats counting', () => {
    const { statistic } = corpusBleu(segments);
    const drawn = {
      hypotheses: ['a b c d', 'a b c d', 'e f'],
      references: [['a b c d'], ['a b c d'], ['g h']],
    };
    expect(statistic(Int32Array.of(0))).toBeCloseTo(100, 9);
    expect(statistic(Int32Array.of(0, 0, 1))).toBeCloseTo(corpusBleu(drawn).value, 9);
  });

  it('takes a tokenization of the caller, and says so', () => {
    const tokenization = { name: 'ko-morphemes', split: (text: string) => text.match(/나|는|간다/g) ?? [] };
    const score = sentenceBleu('나는 간다', ['나 는 간다'], { tokenization });
    expect(score.value).toBeCloseTo(100, 9);
    expect(score.signature).toBe('nrefs:1|case:mixed|eff:yes|tok:ko-morphemes|smooth:exp|version:2.6.0');
  });

  it('tells a number of references that differs', () => {
    const { signature } = corpusBleu({ hypotheses: ['a', 'b'], references: [['a'], ['b', 'c']] });
    expect(signature).toContain('nrefs:var|');
  });

  it('names itself where it has no value', () => {
    const score = (hypotheses: string[], references: string[][]) => () =>
      corpusBleu({ hypotheses, references });
    expect(score([], [])).toThrow(new MetricUndefined('BLEU', 'there are no examples'));
    expect(score(['a'], [['a'], ['b']])).toThrow('BLEU is undefined: 1 hypotheses against 2 references');
    expect(score(['a', 'b'], [['a'], []])).toThrow('BLEU is undefined: example 1 has no reference');
  });

  it.each([
    ['dots', '.'.repeat(100_000)],
    ['digits and dashes', '1-'.repeat(50_000)],
    ['white space', ' \n'.repeat(50_000)],
    ['entities', '&amp;quot;'.repeat(10_000)],
  ])('reads many %s in linear time', (_, text) => {
    expect(sentenceBleu(text, [text]).value).toBeCloseTo(text.trim() === '' ? 0 : 100, 9);
  });
});
