// Vectors of texts against transformers (tests/golden/make-embeddings.py).
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import { writeQuantized } from '../../../../pipeline/model/quantized-files.ts';
import { loadOnnxEmbedder } from '../../../../runtimes/onnx/embedder.ts';
import { golden, goldenFiles } from '../../pipeline/model/golden.ts';

const { vectors } = z
  .object({ vectors: z.array(z.array(z.number())) })
  .parse(JSON.parse(readFileSync(new URL('../../../golden/embeddings.json', import.meta.url), 'utf8')));
const { batch } = golden('classifier');
const rows = Array.from(batch.lengths, (length, row) =>
  batch.ids.subarray(row * batch.length, row * batch.length + length),
);
const embedder = loadOnnxEmbedder(goldenFiles('classifier'));
afterAll(() => embedder.close());

describe('an embedder', () => {
  it('gives what transformers gives, of texts of any length', async () => {
    expect(rows.map(({ length }) => length)).toEqual([12, 5, 1, 9]);
    for (const [index, row] of rows.entries()) {
      const vector = await embedder.embed(row);
      expect(vector).toHaveLength(embedder.dimensions);
      for (const [place, value] of vectors[index].entries()) expect(vector[place]).toBeCloseTo(value, 5);
    }
  });

  it('stays near that in int8', async () => {
    const { config } = goldenFiles('classifier');
    const quantized = loadOnnxEmbedder({
      config,
      weights: writeQuantized(readModel(goldenFiles('classifier'))),
    });
    for (const [index, row] of rows.entries()) {
      const vector = await quantized.embed(row);
      const cosine = vectors[index].reduce((sum, value, place) => sum + value * vector[place], 0);
      expect(cosine).toBeGreaterThan(0.98);
    }
    await quantized.close();
  });

  it.each([0, 17])('refuses a row of %i ids', async (length) => {
    await expect(embedder.embed(new Int32Array(length))).rejects.toThrow(RangeError);
  });
});
