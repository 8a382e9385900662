import { describe, expect, it } from 'vitest';
import { corpusChrf, sentenceChrf } from '../../../../../pipeline/evaluation/generation/chrf.ts';
import { MetricUndefined } from '../../../../../pipeline/evaluation/metric-undefined.ts';
import { distance } from '../golden.ts';
import { machineTranslation } from './golden.ts';

const EXACT = 1e-9;

describe.each(machineTranslation.cases)('chrF of $name', ({ hypotheses, references, chrf }) => {
  it.each(chrf)('is that of sacrebleu with $options', ({ options: theirs, corpus, signature, sentences }) => {
    const options = {
      characterOrder: theirs.char_order ?? 6,
      wordOrder: theirs.word_order ?? 0,
      beta: theirs.beta ?? 2,
      lowercase: theirs.lowercase ?? false,
      whitespace: theirs.whitespace ?? false,
      epsilonSmoothing: theirs.eps_smoothing ?? false,
    };
    const ours = corpusChrf({ hypotheses, references }, options);
    expect(distance([ours.value], [corpus.score])).toBeLessThan(EXACT);
    expect(ours.signature).toBe(signature);
    const each = hypotheses.map((text, at) => sentenceChrf(text, references[at], options).value);
    expect(distance(each, sentences)).toBeLessThan(EXACT);
  });
});

describe('chrF', () => {
  it('is told of drawn examples, repeats counting', () => {
    const hypotheses = ['밥을 먹었다', '비행기'];
    const references = [['밥을 먹는다'], ['기차']];
    const { statistic } = corpusChrf({ hypotheses, references });
    const drawn = corpusChrf({
      hypotheses: [hypotheses[0], hypotheses[0], hypotheses[1]],
      references: [references[0], references[0], references[1]],
    });
    expect(statistic(Int32Array.of(0, 0, 1))).toBeCloseTo(drawn.value, 9);
    expect(statistic(Int32Array.of(1))).toBeCloseTo(sentenceChrf(hypotheses[1], references[1]).value, 9);
  });

  it('names itself where it has no value', () => {
    expect(() => corpusChrf({ hypotheses: [], references: [] })).toThrow(
      new MetricUndefined('chrF', 'there are no examples'),
    );
    expect(() => sentenceChrf('a', [])).toThrow('chrF is undefined: example 0 has no reference');
  });
});
