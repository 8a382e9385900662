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
import type { MaskedBatch } from './masking.ts';
import { maskTokens } from './masking.ts';
import { paddedRows, rowsAtOnce } from './micro-batches.ts';
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
  const { maskedFraction } = options;
  const batchSize = rowsAtOnce(options);
  const order = createDataOrder(tokens.rows, { seed, ...options });
  /** M, of a part: every draw but one in a million takes fewer. */
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
    const drawn = order.batch(step);
    const rows = takeBatch(tokens, drawn, paddedRows(drawn.length, options));
    const masked = maskTokens(rows, tokens, {
      share: maskedFraction,
      wholeWords: options.wholeWords,
      random: randomFor(seed, 'masking', step),
    });
    const { ids, lengths, length } = masked.batch;
    const sizes = {
      parts: rows.batchSize / batchSize,
      positions: batchSize * length,
      places: places(length),
    };
    return {
      program: programOf(length),
      tokens: ids.length,
      feeds: {
        ids,
        mask: attentionMask(lengths, length),
        seed: dropoutSeed(seed, step),
        ...placeByPart(masked, sizes),
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

/**
 * Positions and targets by the part that they fall into, as its graph has places for them; positions count from the
 * part's first row. Every token that has a place weighs the same in the whole batch.
 */
function placeByPart(
  masked: MaskedBatch,
  sizes: { readonly parts: number; readonly positions: number; readonly places: number },
): { positions: Int32Array; targets: Int32Array; weights: Float32Array } {
  const { parts, places } = sizes;
  const positions = new Int32Array(parts * places);
  const targets = new Int32Array(parts * places);
  const weights = new Float32Array(parts * places);
  const taken = new Int32Array(parts);
  for (const [index, position] of masked.positions.entries()) {
    const part = Math.floor(position / sizes.positions);
    if (taken[part] === places) continue;
    const place = part * places + taken[part];
    positions[place] = position % sizes.positions;
    targets[place] = masked.targets[index];
    weights[place] = 1;
    taken[part] += 1;
  }
  const count = weights.reduce((sum, weight) => sum + weight, 0);
  return { positions, targets, weights: weights.map((weight) => weight / count) };
}
