// Golden numbers: tests/golden/make-bert.py.
import { describe, it } from 'vitest';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import { writeOnnx } from '../../../../pipeline/graph/onnx/write-onnx.ts';
import { attentionMask, classifierLogits, maskedTokenLogits } from '../../../../pipeline/model/bert-graph.ts';
import { namedTensors } from '../../../../pipeline/model/layout.ts';
import { readModel } from '../../../../pipeline/model/model-files.ts';
import { openOnnxSession } from '../../../../runtimes/onnx/session.ts';
import { expectClose } from '../../../support/expect-close.ts';
import { golden, goldenFiles } from '../../pipeline/model/golden.ts';

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
      const values = new Map(namedTensors(layout, parameters).map((tensor) => [tensor.name, tensor.values]));
      const session = await openOnnxSession(writeOnnx({ logits }, { values }));
      const mask = attentionMask(batch.lengths, length);
      const results = await session.run({ ids, mask, positions: Int32Array.from(positions ?? []) });
      expectClose(results.logits, expected.flat(), 1e-4);
      await session.close();
    },
  );
});
