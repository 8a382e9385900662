// The decoder that both sides train, as our graph.
import type { Node } from '../../pipeline/graph/ir.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { crossEntropy, input, reduceMean } from '../../pipeline/graph/operations.ts';
import { gptLayout, nextTokenLogits } from '../../pipeline/model/gpt-graph.ts';
import type { ParameterLayout } from '../../pipeline/model/layout.ts';
import type { ModelName } from './shapes.ts';
import { models } from './shapes.ts';

/** @returns the mean loss of a batch, from the inputs `ids` and `labels` */
export function decoderLoss(model: ModelName): { readonly loss: Node; readonly layout: ParameterLayout } {
  const { batchSize, ...shape } = models[model];
  const config = {
    ...shape,
    intermediateSize: 4 * shape.hiddenSize,
    layerNormEpsilon: 1e-5,
    geluApproximation: 'none' as const,
    dropout: 0,
  };
  const graph = createGraph();
  const logits = nextTokenLogits(graph, { config, batchSize, length: shape.contextLength });
  const labels = input(graph, 'labels', [batchSize * shape.contextLength], 'int32');
  return { loss: reduceMean(crossEntropy(logits, labels), [0]), layout: gptLayout(config) };
}
