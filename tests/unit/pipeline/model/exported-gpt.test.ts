// What transformers answers with a directory that Coppice exported: tests/golden/make-exported-gpt2.{ts,py}.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compileInterpreter } from '../../../../pipeline/graph/interpret.ts';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import { crossEntropy, input, reduceMean, slice } from '../../../../pipeline/graph/operations.ts';
import { readGpt, writeGpt } from '../../../../pipeline/model/gpt-files.ts';
import { nextTokenLogits } from '../../../../pipeline/model/gpt-graph.ts';
import { loadTokenizer } from '../../../../runtimes/tokenizers/tokenizer.ts';
import { usePlainBackend } from './plain-backend.ts';

beforeAll(usePlainBackend);

const folder = new URL('../../../golden/exported-gpt2/', import.meta.url);
const golden = z
  .object({
    class: z.string(),
    endOfTextId: z.number(),
    text: z.string(),
    ids: z.array(z.number()),
    logits: z.array(z.array(z.number())),
    loss: z.number(),
  })
  .parse(JSON.parse(readFileSync(new URL('../exported-gpt2.json', folder), 'utf8')));
const files = {
  config: readFileSync(new URL('config.json', folder), 'utf8'),
  weights: readFileSync(new URL('model.safetensors', folder)),
};

describe('a language model that Coppice exported', () => {
  it('is read by transformers as GPT2LMHeadModel, with the same tokens for a text', async () => {
    expect(golden.class).toBe('GPT2LMHeadModel');
    expect(golden.endOfTextId).toBe(readGpt(files).config.endOfTextId);
    const tokenizer = await loadTokenizer(readFileSync(new URL('tokenizer.json', folder), 'utf8'));
    for await (const [ids] of tokenizer.encodeWhole([golden.text])) expect(ids).toEqual(golden.ids);
  });

  it('gives the same logits there and here, and the same loss of the next tokens', () => {
    const { config, layout, parameters } = readGpt(files);
    const length = golden.ids.length;
    const graph = createGraph();
    const logits = nextTokenLogits(graph, { config, batchSize: 1, length });
    const predicted = slice(logits, [0, 0], [length - 1, config.vocabularySize]);
    const targets = input(graph, 'targets', [length - 1], 'int32');
    const loss = reduceMean(crossEntropy(predicted, targets), [0]);
    const tensors = layout.entries.map(({ name, shape, offset, size }): [string, tf.Tensor] => [
      name,
      tf.tensor(parameters.slice(offset, offset + size), [...shape]),
    ]);
    const values = compileInterpreter({ logits, loss }).run({
      inputs: { ids: Int32Array.from(golden.ids), targets: Int32Array.from(golden.ids.slice(1)) },
      parameters: Object.fromEntries(tensors),
    });
    const ours = values.logits.dataSync();
    for (const [index, value] of golden.logits.flat().entries()) {
      expect(Math.abs(value - ours[index])).toBeLessThan(1e-4);
    }
    expect(values.loss.dataSync()[0]).toBeCloseTo(golden.loss, 4);
  });

  it('is still exported as those bytes', () => {
    const { config, weights } = writeGpt(readGpt(files));
    expect(config).toBe(files.config);
    expect(Buffer.from(weights).equals(files.weights)).toBe(true);
  });
});
