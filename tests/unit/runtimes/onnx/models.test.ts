// Golden numbers: tests/golden/make-bert.py and make-gpt2.py.
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { z } from 'zod';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../../../pipeline/graph/onnx/write-onnx.ts';
import { attentionMask, classifierLogits, maskedTokenLogits } from '../../../../pipeline/model/bert-graph.ts';
import { readGpt } from '../../../../pipeline/model/gpt-files.ts';
import { nextTokenLogits } from '../../../../pipeline/model/gpt-graph.ts';
import type { ParameterLayout } from '../../../../pipeline/model/layout.ts';
import { namedTensors } from '../../../../pipeline/model/layout.ts';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import { openOnnxSession } from '../../../../runtimes/onnx/session.ts';
import { expectClose } from '../../../support/expect-close.ts';
import { golden, goldenFiles } from '../../pipeline/model/golden.ts';

const valuesOf = (layout: ParameterLayout, parameters: Float32Array): Map<string, Float32Array> =>
  new Map(namedTensors(layout, parameters).map(({ name, values }) => [name, values]));

describe('models as ONNX files', () => {
  it.each(['classifier', 'masked'] as const)(
    '%s: give the logits of transformers, in a batch',
    async (name) => {
      const { config, layout, parameters } = readModel(goldenFiles(name));
      const { batch, positions, logits: expected } = golden(name);
      const { batchSize, length, ids } = batch;
      const options = { config, batchSize, length };
      const logits =
        positions === null
          ? classifierLogits(createGraph(), options)
          : maskedTokenLogits(createGraph(), options, positions.length);
      const session = await openOnnxSession(writeOnnx({ logits }, { values: valuesOf(layout, parameters) }));
      const mask = attentionMask(batch.lengths, length);
      const results = await session.run({ ids, mask, positions: Int32Array.from(positions ?? []) });
      expectClose(results.logits, expected.flat(), 1e-4);
      await session.close();
    },
  );

  it('gpt2: give the logits of transformers', async () => {
    const folder = new URL('../../../golden/', import.meta.url);
    const numbers = z
      .object({ ids: z.array(z.array(z.number())), logits: z.array(z.array(z.number())) })
      .parse(JSON.parse(readFileSync(new URL('gpt2.json', folder), 'utf8')));
    const { config, layout, parameters } = readGpt({
      config: readFileSync(new URL('gpt2/config.json', folder), 'utf8'),
      weights: readFileSync(new URL('gpt2/model.safetensors', folder)),
    });
    const shape = { batchSize: numbers.ids.length, length: numbers.ids[0].length };
    const logits = nextTokenLogits(createGraph(), { config, ...shape });
    const session = await openOnnxSession(writeOnnx({ logits }, { values: valuesOf(layout, parameters) }));
    const results = await session.run({ ids: Int32Array.from(numbers.ids.flat()) });
    expectClose(results.logits, numbers.logits.flat(), 1e-4);
    await session.close();
  });
});
