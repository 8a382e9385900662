import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileInterpreter } from '../../../../pipeline/graph/interpret.ts';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import { softmax } from '../../../../pipeline/graph/operations.ts';
import { attentionMask, classifierLogits } from '../../../../pipeline/model/bert-graph.ts';
import type { BertConfig } from '../../../../pipeline/model/config.ts';
import { ModelFormatError } from '../../../../pipeline/model/config.ts';
import { initialParameters, namedTensors, parameterLayout } from '../../../../pipeline/model/layout.ts';
import type { Model } from '../../../../pipeline/model/model-files.ts';
import { writeModel } from '../../../../pipeline/model/model-files.ts';
import { writeQuantized } from '../../../../pipeline/model/quantized-files.ts';
import { loadOnnxClassifier } from '../../../../runtimes/onnx/classifier.ts';
import { expectClose } from '../../../support/expect-close.ts';
import { golden, goldenFiles } from '../../pipeline/model/golden.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';

beforeAll(usePlainBackend);

const TOLERANCE = 1e-5; // of probabilities

function modelOf(overrides: Partial<BertConfig> = {}): Model {
  const config: BertConfig = {
    head: 'classification',
    vocabularySize: 50,
    hiddenSize: 16,
    layers: 2,
    heads: 2,
    intermediateSize: 32,
    contextLength: 70,
    tokenTypes: 2,
    layerNormEpsilon: 1e-12,
    padTokenId: 0,
    labels: ['ham', 'spam'],
    dropout: 0.1,
    ...overrides,
  };
  const layout = parameterLayout(config);
  const parameters = initialParameters(layout, 3).map((value) => value * 4); // so that answers differ
  return { config, layout, parameters };
}

/** One document of some ids. */
const documentOf = (length: number): Int32Array =>
  Int32Array.from({ length }, (_, place) => (7 * place + length) % 50);

/** What plain TensorFlow.js makes of the same graph at the document's own length. */
function expectedOf({ config, layout, parameters }: Model, ids: Int32Array): Float32Array {
  const { length } = ids;
  const probabilities = softmax(classifierLogits(createGraph(), { config, batchSize: 1, length }));
  return tf.tidy(() => {
    const tensors = namedTensors(layout, parameters).map(
      ({ name, values, shape }) => [name, tf.tensor(values, [...shape])] as const,
    );
    const inputs = { ids, mask: attentionMask([length], length) };
    const results = compileInterpreter({ probabilities }).run({
      inputs,
      parameters: Object.fromEntries(tensors),
    });
    return results.probabilities.dataSync<'float32'>();
  });
}

describe('a classifier on ONNX Runtime', () => {
  it('answers with the softmax of the logits that transformers gives', async () => {
    const { batch, logits } = golden('classifier');
    const classifier = loadOnnxClassifier(goldenFiles('classifier'));
    expect(classifier.labels).toEqual(['ham', 'spam', 'odd']);
    const answers = await classifier.score(batch.ids, batch.lengths);
    expectClose(answers, tf.softmax(tf.tensor2d(logits)).dataSync(), TOLERANCE);
    await classifier.close();
  });

  it('answers at any length as the graph does at that length, whatever it is rounded up to', async () => {
    const model = modelOf();
    const classifier = loadOnnxClassifier(writeModel(model));
    for (const length of [1, 31, 32, 33, 64, 65, 70]) {
      const ids = documentOf(length);
      expectClose(
        await classifier.score(ids, [length]),
        expectedOf(model, ids),
        TOLERANCE,
        `${length} tokens`,
      );
    }
    await classifier.close();
  });

  it('answers the same where the model is so large that its weights are shared', async () => {
    const model = modelOf({ vocabularySize: 300_000, layers: 1 }); // 19 MB
    const classifier = loadOnnxClassifier(writeModel(model));
    for (const length of [5, 40]) {
      const ids = documentOf(length);
      expectClose(
        await classifier.score(ids, [length]),
        expectedOf(model, ids),
        TOLERANCE,
        `${length} tokens`,
      );
    }
    await classifier.close();
  });

  it('answers the same for many rows, asked for at once, as for each alone, and nothing for none', async () => {
    const model = modelOf();
    const classifier = loadOnnxClassifier(writeModel(model));
    const documents = [3, 60, 17].map(documentOf);
    const rows = new Int32Array(3 * 60);
    for (const [row, ids] of documents.entries()) rows.set(ids, row * 60);
    const alone = documents.map((ids) => classifier.score(ids, [ids.length]));
    const [many, none] = await Promise.all([
      classifier.score(rows, [3, 60, 17]),
      classifier.score(new Int32Array(0), []),
    ]);
    expect([...many]).toEqual((await Promise.all(alone)).flatMap((answer) => [...answer]));
    expect(none).toHaveLength(0);
    await classifier.close();
  });

  it('answers documents that are computed together as each alone, within rounding, and says which may be', async () => {
    const model = modelOf();
    const classifier = loadOnnxClassifier(writeModel(model));
    expect([1, 32, 33, 70].map(classifier.groupOf)).toEqual([
      { length: 32, size: 8 },
      { length: 32, size: 8 },
      { length: 64, size: 4 },
      { length: 70, size: 2 },
    ]);
    const documents = [40, 33, 64, 50].map(documentOf);
    const together = await classifier.scoreTogether(documents);
    const alone = documents.flatMap((ids) => [...expectedOf(model, ids)]);
    expectClose(together, alone, TOLERANCE);
    await classifier.close();
    const quantized = loadOnnxClassifier({ ...writeModel(model), weights: writeQuantized(model) });
    expect(quantized.groupOf(1).size).toBe(1); // others would change the scale of its numbers
    await quantized.close();
  });

  it('refuses rows that do not fit', async () => {
    const classifier = loadOnnxClassifier(goldenFiles('classifier'));
    await expect(classifier.score(new Int32Array(5), [2, 2])).rejects.toThrow(RangeError); // no whole rows
    await expect(classifier.score(new Int32Array(17), [17])).rejects.toThrow(RangeError); // longer than the context
    await expect(classifier.score(new Int32Array(4), [0])).rejects.toThrow(RangeError);
    await expect(classifier.score(new Int32Array(4), [5])).rejects.toThrow(RangeError);
  });

  it('says which id is not in the vocabulary', async () => {
    const classifier = loadOnnxClassifier(goldenFiles('classifier'));
    await expect(classifier.score(Int32Array.of(1, 60), [2])).rejects.toThrow('idx=60');
    await classifier.close();
  });

  it('is refused where the files hold no classifier', () => {
    expect(() => loadOnnxClassifier(goldenFiles('masked'))).toThrow(ModelFormatError);
  });
});
