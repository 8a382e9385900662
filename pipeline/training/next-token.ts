// What all phases of a decoder share: the loss of the next token, and the figures of documents that are held out. B rows
// of a batch, T tokens of each.
import type { Node } from '../graph/ir.ts';
import { createGraph } from '../graph/ir.ts';
import { crossEntropy, input, multiply, reduceSum } from '../graph/operations.ts';
import type { GptOptions } from '../model/gpt-graph.ts';
import { nextTokenLogits } from '../model/gpt-graph.ts';
import type { HeldOutText, ValidationBatch } from './objective.ts';
import { programOf } from './objective.ts';
import type { Span, TokenStream } from './token-stream.ts';
import { readWindows, windowsOf } from './token-stream.ts';

/** Rows of a batch that is only looked at. */
export const VALIDATION_BATCH = 8;

/** Σ weights · cross-entropy of the next token; inputs beside the model's: `targets` and `weights` [B × T]. */
export function nextTokenLoss(options: GptOptions): Node {
  const graph = createGraph();
  const size = options.batchSize * options.length;
  const logits = nextTokenLogits(graph, options); // [B × T, V]
  const losses = crossEntropy(logits, input(graph, 'targets', [size], 'int32'));
  return reduceSum(multiply(losses, input(graph, 'weights', [size])), [0]);
}

/**
 * Batches of a span in its order, read as they are asked for; each weighs as much as it has tokens to predict.
 * @param options.first window of the span
 * @param options.most batches
 */
export function* windowBatches(
  tokens: TokenStream,
  span: Span,
  { contextLength, first = 0, most = Infinity }: { contextLength: number; first?: number; most?: number },
): Generator<ValidationBatch> {
  const count = windowsOf(span, contextLength);
  const end = Math.min(count, first + most * VALIDATION_BATCH);
  for (let start = first; start < end; start += VALIDATION_BATCH) {
    const size = Math.min(VALIDATION_BATCH, count - start);
    const windows = Array.from({ length: size }, (_, index) => start + index);
    const read = readWindows(tokens, span, { windows, contextLength, batchSize: VALIDATION_BATCH });
    const { ids, targets, weights, count: rows } = read;
    yield { program: programOf(contextLength), feeds: { ids, targets, weights }, tokens: ids.length, rows };
  }
}

/** @returns the documents of a span as what a model is judged on */
export function heldOutText(tokens: TokenStream, span: Span, contextLength: number): HeldOutText {
  return {
    documents: span.documents,
    tokens: span.to - span.from,
    bytes: span.bytes,
    batches: { [Symbol.iterator]: () => windowBatches(tokens, span, { contextLength }) },
  };
}
