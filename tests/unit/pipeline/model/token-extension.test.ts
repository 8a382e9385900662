import { describe, expect, it } from 'vitest';
import { bertConfigOf } from '../../../../pipeline/model/config.ts';
import { initialParameters, namedTensors, parameterLayout } from '../../../../pipeline/model/layout.ts';
import { extendTokens } from '../../../../pipeline/model/token-extension.ts';
import { startingParameters } from '../../../../pipeline/model/transfer.ts';

const tensor = (name: string, shape: readonly number[], values: readonly number[]) => ({
  ...{ name, shape },
  values: Float32Array.from(values),
});

describe('weights of an extended vocabulary', () => {
  it('keep the rows of old tokens, and begin new ones with the mean of what they were split into', () => {
    const embedding = tensor('transformer.wte.weight', [3, 2], [0.1, 0.2, 1, 2, 4, 8]);
    const [extended] = extendTokens([embedding], { before: 3, parts: [[1, 2], [0], [2, 2, 1]] });
    expect(extended.shape).toEqual([6, 2]);
    expect(extended.values.subarray(0, 6)).toEqual(embedding.values);
    expect([...extended.values.subarray(6)]).toEqual([2.5, 5, ...Float32Array.of(0.1, 0.2), 3, 6]);
  });

  it('extend the bias of a head over the vocabulary, and nothing that has no row a token', () => {
    const bias = tensor('cls.predictions.bias', [2], [1, 3]);
    const other = tensor('classifier.bias', [2], [1, 3]);
    const [grown, same] = extendTokens([bias, other], { before: 2, parts: [[0, 1]] });
    expect([grown.shape, ...grown.values]).toEqual([[3], 1, 3, 2]);
    expect(same).toBe(other);
  });

  it('stay as they are where they are of the extended vocabulary already, or of none that was extended', () => {
    const embedding = tensor('transformer.wte.weight', [4, 1], [1, 2, 3, 4]);
    expect(extendTokens([embedding], { before: 3, parts: [[0]] })).toEqual([embedding]);
    expect(extendTokens([embedding])).toEqual([embedding]);
  });

  it.each(['masked-language-model', 'classification'] as const)(
    'start an encoder with a head of %s',
    (head) => {
      const labels = head === 'classification' ? ['ham', 'spam'] : [];
      const sizes = { layers: 1, hiddenSize: 16, heads: 2, intermediateSize: 24, contextLength: 8 };
      const configOf = (vocabularySize: number) =>
        bertConfigOf(
          { architecture: 'bert', ...sizes },
          { vocabularySize, padTokenId: 0, dropout: 0, head, labels },
        );
      const [old, grown] = [configOf(10), configOf(12)];
      const oldLayout = parameterLayout(old);
      const source = { config: old, layout: oldLayout, parameters: initialParameters(oldLayout, 1) };
      const target = { config: grown, layout: parameterLayout(grown), seed: 2 };
      const extension = { before: 10, parts: [[7], [8, 9]] };
      const started = namedTensors(target.layout, startingParameters({ ...target, extension }, source));
      for (const { name, values } of namedTensors(oldLayout, source.parameters)) {
        const own = started.find((it) => it.name === name)?.values;
        expect(own?.subarray(0, values.length)).toEqual(values);
      }
      const words = started[0].values;
      expect(words.subarray(160, 176)).toEqual(words.subarray(112, 128)); // of one part, that part
      expect(() => startingParameters(target, source)).toThrow('expected shape [12,16], got [10,16]');
    },
  );
});
