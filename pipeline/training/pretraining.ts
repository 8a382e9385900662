// Masked language modelling over all rows of a corpus (Devlin et al. 2019, arXiv:1810.04805, section 3.1). M masked
// positions of a batch, V vocabulary.
import type { PretrainingSpec } from '../../contracts/model-spec/learning.ts';
import type { Node } from '../graph/ir.ts';
import { createGraph } from '../graph/ir.ts';
import { crossEntropy, input, multiply, reduceSum } from '../graph/operations.ts';
import { attentionMask, maskedTokenLogits } from '../model/bert-graph.ts';
import type { BertConfig } from '../model/config.ts';
import { parameterLayout } from '../model/layout.ts';
import { createDataOrder } from './data-order.ts';
import { maskTokens } from './masking.ts';
import type { Objective, StepBatch } from './objective.ts';
import { programOf } from './objective.ts';
import { dropoutSeed, randomFor } from './streams.ts';
import type { TokenRows } from './token-rows.ts';
import { graphLengths, takeBatch } from './token-rows.ts';

export interface PretrainingTask {
  readonly config: BertConfig;
  readonly seed: number;
  readonly tokens: TokenRows;
  readonly options: PretrainingSpec;
}

export function createPretraining({ config, seed, tokens, options }: PretrainingTask): Objective {
  const { batchSize, maskedFraction } = options;
  const order = createDataOrder(tokens.rows, { seed, ...options });
  /** M: every draw but one in a million takes fewer. */
  const places = (length: number): number => {
    const expected = maskedFraction * batchSize * length;
    return Math.min(batchSize * length, Math.ceil(expected + 5 * Math.sqrt(expected)));
  };
  const loss = (length: number): [string, Node] => {
    const graph = createGraph();
    const shape = { config, batchSize, length, dropout: options.dropout };
    const logits = maskedTokenLogits(graph, shape, places(length)); // [M, V]
    const losses = crossEntropy(logits, input(graph, 'targets', [places(length)], 'int32'));
    const weighted = multiply(losses, input(graph, 'weights', [places(length)]));
    return [programOf(length), reduceSum(weighted, [0])];
  };
  const batch = (step: number): StepBatch => {
    const rows = takeBatch(tokens, order.batch(step), batchSize);
    const masked = maskTokens(rows, tokens, maskedFraction, randomFor(seed, 'masking', step));
    const { ids, lengths, length } = masked.batch;
    const count = Math.min(masked.positions.length, places(length));
    const fit = (values: Int32Array): Int32Array => {
      const fitted = new Int32Array(places(length));
      fitted.set(values.subarray(0, count));
      return fitted;
    };
    return {
      program: programOf(length),
      tokens: ids.length,
      feeds: {
        ids,
        mask: attentionMask(lengths, length),
        seed: dropoutSeed(seed, step),
        positions: fit(masked.positions),
        targets: fit(masked.targets),
        weights: new Float32Array(places(length)).fill(1 / count, 0, count),
      },
    };
  };
  return {
    layout: parameterLayout(config),
    totalSteps: order.totalSteps,
    ignorantLoss: Math.log(config.vocabularySize),
    losses: Object.fromEntries(graphLengths(tokens.contextLength).map(loss)),
    validations: {},
    batch,
    validationBatches: [],
  };
}
