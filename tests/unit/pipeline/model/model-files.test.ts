import { describe, expect, it } from 'vitest';
import type { BertConfig } from '../../../../pipeline/model/config.ts';
import { ModelFormatError } from '../../../../pipeline/model/config.ts';
import { initialParameters, namedTensors, parameterLayout } from '../../../../pipeline/model/layout.ts';
import { readModel, writeModel } from '../../../../pipeline/model/model-files.ts';
import { readSafetensors, writeSafetensors } from '../../../../pipeline/model/safetensors.ts';
import { startingParameters } from '../../../../pipeline/model/transfer.ts';
import { goldenFiles } from './golden.ts';

const { config } = readModel(goldenFiles('classifier'));

describe('the files of a model', () => {
  it('hold after a round trip the tensors that transformers wrote', () => {
    for (const name of ['classifier', 'tagger', 'masked'] as const) {
      const before = readSafetensors(goldenFiles(name).weights).tensors;
      const after = readSafetensors(writeModel(readModel(goldenFiles(name))).weights).tensors;
      expect(new Map(after.map(({ name: key, values }) => [key, values]))).toEqual(
        new Map(before.map(({ name: key, values }) => [key, values])),
      );
    }
  });

  it('are refused together where a tensor is missing, by name', () => {
    const files = goldenFiles('classifier');
    const tensors = readSafetensors(files.weights).tensors.filter(({ name }) => name !== 'classifier.bias');
    expect(() => readModel({ ...files, weights: writeSafetensors(tensors) })).toThrow(
      new ModelFormatError('model.safetensors', ['classifier.bias: missing']),
    );
  });

  it('are refused where the config is no JSON', () => {
    expect(() => readModel({ ...goldenFiles('classifier'), config: '{' })).toThrow(ModelFormatError);
  });
});

describe('initial parameters', () => {
  const layout = parameterLayout(config);
  const valuesOf = (seed: number, suffix: string): Float32Array => {
    const found = namedTensors(layout, initialParameters(layout, seed)).find(({ name }) =>
      name.endsWith(suffix),
    );
    if (found === undefined) throw new Error(`no parameter ${suffix}`);
    return found.values;
  };

  it('are a function of the seed, and differ from parameter to parameter', () => {
    expect(initialParameters(layout, 1)).toEqual(initialParameters(layout, 1));
    expect(initialParameters(layout, 2)).not.toEqual(initialParameters(layout, 1));
    expect(valuesOf(1, 'layer.0.attention.self.query.weight')).not.toEqual(
      valuesOf(1, 'layer.1.attention.self.query.weight'),
    );
  });

  it('are normal within two deviations, biases zero, layer norms one', () => {
    const weights = valuesOf(1, 'layer.0.intermediate.dense.weight');
    const deviation = Math.sqrt(weights.reduce((sum, value) => sum + value * value, 0) / weights.length);
    expect(deviation).toBeCloseTo(0.02 * 0.88, 2); // cutting at two deviations leaves 0.88 of one
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(0.04);
    expect(new Set(valuesOf(1, 'layer.0.intermediate.dense.bias'))).toEqual(new Set([0]));
    expect(new Set(valuesOf(1, 'embeddings.LayerNorm.weight'))).toEqual(new Set([1]));
  });

  it('take from another model the encoder, and the rows of the labels that both know', () => {
    const source = readModel(goldenFiles('classifier'));
    const grown: BertConfig = { ...config, labels: ['new', 'spam', 'ham', 'odd'] };
    const target = parameterLayout(grown);
    const flat = startingParameters({ config: grown, layout: target, seed: 1 }, source);
    const read = (name: string, tensors: ReturnType<typeof namedTensors>) => [
      ...(tensors.find((tensor) => tensor.name === name)?.values ?? []),
    ];
    const [old, own] = [namedTensors(source.layout, source.parameters), namedTensors(target, flat)];
    const encoder = 'bert.encoder.layer.1.output.dense.weight';
    expect(read(encoder, own)).toEqual(read(encoder, old));
    const [ham, spam, odd] = read('classifier.bias', old);
    expect(read('classifier.bias', own)).toEqual([0, spam, ham, odd]);
    const width = config.hiddenSize;
    expect(read('classifier.weight', own).slice(2 * width, 3 * width)).toEqual(
      read('classifier.weight', old).slice(0, width),
    );
  });

  it('are refused from a model that splits its attention otherwise', () => {
    const other: BertConfig = { ...config, heads: 2 };
    const target = { config: other, layout: parameterLayout(other), seed: 1 };
    expect(() => startingParameters(target, readModel(goldenFiles('classifier')))).toThrow(
      'num_attention_heads',
    );
  });
});
