import { describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../../../pipeline/model/config.ts';
import { namedTensors } from '../../../../pipeline/model/layout.ts';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import { readServed, writeQuantized } from '../../../../pipeline/model/quantized-files.ts';
import { readSafetensors, writeSafetensors } from '../../../../pipeline/model/safetensors.ts';
import { goldenFiles } from './golden.ts';

const files = goldenFiles('classifier');
const model = readModel(files);
const quantized = { config: files.config, weights: writeQuantized(model) };

describe('quantized weights', () => {
  it('are whole numbers where the served graph reads whole numbers, and as they were elsewhere', () => {
    const { tensors, whole } = readSafetensors(quantized.weights);
    const names = whole.map(({ name }) => name);
    expect(names).toContain('bert.embeddings.word_embeddings.weight');
    expect(names).toContain('classifier.weight');
    expect(names).not.toContain('bert.embeddings.position_embeddings.weight');
    expect(tensors.map(({ name }) => name)).toEqual(
      expect.arrayContaining(names.map((name) => `${name}.scales`)),
    );
    const read = new Map(
      namedTensors(model.layout, readServed(quantized).parameters).map((t) => [t.name, t]),
    );
    for (const { name, values } of namedTensors(model.layout, model.parameters)) {
      if (!names.includes(name)) expect(read.get(name)?.values).toEqual(values);
    }
  });

  it('are off by half a step of their channel at most', () => {
    const { tensors, whole } = readSafetensors(quantized.weights);
    const served = readServed(quantized);
    const restored = new Map(namedTensors(served.layout, served.parameters).map((t) => [t.name, t.values]));
    const original = new Map(namedTensors(model.layout, model.parameters).map((t) => [t.name, t.values]));
    for (const { name, shape } of whole) {
      const scales = tensors.find((tensor) => tensor.name === `${name}.scales`);
      expect(scales?.shape).toEqual([shape[0], 1]);
      const far = (original.get(name) ?? new Float32Array()).filter((value, index) => {
        const scale = scales?.values[Math.floor(index / shape[1])] ?? 0;
        return Math.abs(value - (restored.get(name)?.[index] ?? Number.NaN)) > 0.501 * scale;
      });
      expect([...far]).toEqual([]);
    }
  });

  it('come back as the same file when what was read is written again', () => {
    expect(writeQuantized(readServed(quantized))).toEqual(quantized.weights);
  });

  it('are told from float32 weights by the file itself', () => {
    expect(readServed(quantized).quantized).toBe(true);
    expect(readServed(files)).toEqual({ ...model, quantized: false });
  });

  it('are refused where scales are missing or are not those of rows or columns', () => {
    const { tensors, whole } = readSafetensors(quantized.weights);
    const problems = (changed: typeof tensors): string => {
      try {
        readServed({ ...quantized, weights: writeSafetensors([...changed, ...whole]) });
      } catch (error) {
        if (error instanceof ModelFormatError) return error.message;
      }
      return '';
    };
    const name = 'classifier.weight.scales';
    expect(problems(tensors.filter((tensor) => tensor.name !== name))).toContain(
      'classifier.weight: missing',
    );
    const flat = tensors.map((tensor) => (tensor.name === name ? { ...tensor, shape: [3] } : tensor));
    expect(problems(flat)).toContain('classifier.weight: missing');
  });
});
