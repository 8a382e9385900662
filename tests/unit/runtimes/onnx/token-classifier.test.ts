import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileInterpreter } from '../../../../pipeline/graph/interpret.ts';
import { createGraph } from '../../../../pipeline/graph/ir.ts';
import { softmax } from '../../../../pipeline/graph/operations.ts';
import { attentionMask, tokenClassLogits } from '../../../../pipeline/model/bert-graph.ts';
import type { BertConfig } from '../../../../pipeline/model/config.ts';
import { ModelFormatError } from '../../../../pipeline/model/config.ts';
import { initialParameters, namedTensors, parameterLayout } from '../../../../pipeline/model/layout.ts';
import { writeModel } from '../../../../pipeline/model/model-files.ts';
import { loadOnnxTokenClassifier } from '../../../../runtimes/onnx/token-classifier.ts';
import { usePlainBackend } from '../../pipeline/model/plain-backend.ts';

beforeAll(usePlainBackend);

function modelOf(overrides: Partial<BertConfig> = {}) {
  const config: BertConfig = {
    ...{ head: 'token-classification', vocabularySize: 50, hiddenSize: 16, layers: 2, heads: 2 },
    ...{ intermediateSize: 32, contextLength: 70, tokenTypes: 2, layerNormEpsilon: 1e-12, padTokenId: 0 },
    labels: ['O', 'B-person', 'I-person'],
    dropout: 0.1,
    ...overrides,
  };
  const layout = parameterLayout(config);
  return { config, layout, parameters: initialParameters(layout, 3).map((value) => value * 4) };
}

describe('loadOnnxTokenClassifier', () => {
  it('tags each token with what plain TensorFlow.js finds the most probable, at any length', async () => {
    const model = modelOf();
    const classifier = loadOnnxTokenClassifier(writeModel(model));
    for (const length of [2, 31, 32, 45, 70]) {
      const ids = Int32Array.from({ length }, (_, place) => (7 * place + length) % 50);
      const { classes, scores } = await classifier.tag(ids);
      const { config, layout, parameters } = model;
      const probabilities = softmax(tokenClassLogits(createGraph(), { config, batchSize: 1, length }));
      const expected = tf.tidy(() => {
        const tensors = namedTensors(layout, parameters).map(
          ({ name, values, shape }) => [name, tf.tensor(values, [...shape])] as const,
        );
        const inputs = { ids, mask: attentionMask([length], length) };
        const named = Object.fromEntries(tensors);
        return compileInterpreter({ probabilities })
          .run({ inputs, parameters: named })
          .probabilities.dataSync();
      });
      expect(classes).toHaveLength(length);
      for (const [token, label] of classes.entries()) {
        const row = expected.slice(token * 3, token * 3 + 3);
        expect(scores[token]).toBeCloseTo(Math.max(...row), 4);
        expect(row[label]).toBeCloseTo(Math.max(...row), 4);
      }
    }
    await classifier.close();
  });

  it('refuses rows that do not fit, and models that classify documents', async () => {
    const classifier = loadOnnxTokenClassifier(writeModel(modelOf()));
    await expect(classifier.tag(new Int32Array(71))).rejects.toThrow('a row of 71 ids is not one of 1 to 70');
    await expect(classifier.tag(new Int32Array(0))).rejects.toThrow(RangeError);
    await classifier.close();
    const documents = writeModel(modelOf({ head: 'classification' }));
    expect(() => loadOnnxTokenClassifier(documents)).toThrow(ModelFormatError);
  });
});
