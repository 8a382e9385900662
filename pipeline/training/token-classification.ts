// Classification of tokens, as BertForTokenClassification is trained: the mean over the tokens that have a label.
// B batch, T time, K classes.
import type { FineTuningSpec } from '../../contracts/model-spec/learning.ts';
import type { Node } from '../graph/ir.ts';
import { createGraph } from '../graph/ir.ts';
import { input, logSoftmax, multiply, negate, reduceSum } from '../graph/operations.ts';
import { attentionMask, tokenClassLogits } from '../model/bert-graph.ts';
import type { BertConfig } from '../model/config.ts';
import { parameterLayout } from '../model/layout.ts';
import { classTargets, classWeights } from './class-targets.ts';
import { createDataOrder } from './data-order.ts';
import { createEarlyStopping, splitForStopping } from './early-stopping.ts';
import { addTokenNoise } from './masking.ts';
import { paddedRows, rowsAtOnce } from './micro-batches.ts';
import type { Objective, StepBatch, ValidationBatch } from './objective.ts';
import { programOf } from './objective.ts';
import { dropoutSeed, randomFor } from './streams.ts';
import type { TokenBatch, TokenRows } from './token-rows.ts';
import { graphLengths, takeBatch } from './token-rows.ts';

/** A row with a class for each of its tokens; −1 for one that has none, such as [CLS] or a piece that continues a word. */
export interface TaggedRow {
  readonly row: number;
  readonly labels: readonly number[];
}

export interface TokenClassificationTask {
  readonly config: BertConfig;
  readonly seed: number;
  readonly tokens: TokenRows;
  readonly options: FineTuningSpec;
  readonly training: readonly TaggedRow[];
  readonly validation: readonly TaggedRow[];
}

const VALIDATION_ROWS = 512; // more say no more about a curve, and cost time
const VALIDATION_BATCH = 32;

export function createTokenClassification(task: TokenClassificationTask): Objective {
  const { config, seed, tokens, options } = task;
  const { dropout, labelSmoothing: smoothing, earlyStopping } = options;
  const { training, validation } = splitForStopping(task, earlyStopping);
  const order = createDataOrder(training.length, { seed, ...options });
  const lengths = graphLengths(tokens.contextLength);
  const given = training.flatMap(({ labels }) => labels.filter((label) => label >= 0));
  const weights = classWeights(given, config.labels.length, options.classWeights);

  const batch = (step: number): StepBatch => {
    const rows = Array.from(order.batch(step), (index) => training[index]);
    const taken = batchOf(tokens, rows, paddedRows(rows.length, options));
    const noisy = addTokenNoise(taken, tokens, options.tokenNoise, randomFor(seed, 'token-noise', step));
    const { feeds, ...rest } = tagged(noisy, rows, { weights, smoothing });
    return { ...rest, feeds: { ...feeds, seed: dropoutSeed(seed, step) } };
  };
  return {
    layout: parameterLayout(config),
    totalSteps: order.totalSteps,
    ignorantLoss: Math.log(config.labels.length),
    losses: Object.fromEntries(
      lengths.map((length) => loss(config, { batchSize: rowsAtOnce(options), length, dropout })),
    ),
    validations: Object.fromEntries(
      lengths.map((length) => loss(config, { batchSize: VALIDATION_BATCH, length, dropout: 0 })),
    ),
    batch,
    validationBatches: validationBatches({ config, tokens, validation }),
    ...(earlyStopping && {
      earlyStopping: createEarlyStopping(earlyStopping, {
        stepsPerEpoch: training.length / options.batchSize,
        totalSteps: order.totalSteps,
      }),
    }),
  };
}

/** −Σ targets · log softmax(logits): the targets of a token sum to its weight in the mean. */
function loss(
  config: BertConfig,
  shape: { batchSize: number; length: number; dropout: number },
): [string, Node] {
  const graph = createGraph();
  const logits = tokenClassLogits(graph, { config, ...shape }); // [B × T, K]
  const targets = input(graph, 'targets', [shape.batchSize * shape.length, config.labels.length]);
  return [programOf(shape.length), negate(reduceSum(multiply(targets, logSoftmax(logits)), [0, 1]))];
}

function batchOf(tokens: TokenRows, rows: readonly TaggedRow[], batchSize: number): TokenBatch {
  return takeBatch(
    tokens,
    rows.map(({ row }) => row),
    batchSize,
  );
}

function tagged(
  { ids, lengths, length, batchSize }: TokenBatch,
  rows: readonly TaggedRow[],
  how: { weights: Float64Array; smoothing: number },
): StepBatch {
  const labels = new Int32Array(batchSize * length).fill(-1);
  for (const [index, row] of rows.entries()) labels.set(row.labels.slice(0, length), index * length);
  const targets = classTargets(labels, { answers: labels.length, ...how });
  return {
    program: programOf(length),
    feeds: { ids, mask: attentionMask(lengths, length), targets },
    tokens: ids.length,
  };
}

function validationBatches({
  config,
  tokens,
  validation,
}: Pick<TokenClassificationTask, 'config' | 'tokens' | 'validation'>): ValidationBatch[] {
  const held = validation.slice(0, VALIDATION_ROWS);
  const weights = new Float64Array(config.labels.length).fill(1);
  return Array.from({ length: Math.ceil(held.length / VALIDATION_BATCH) }, (_, index) => {
    const rows = held.slice(index * VALIDATION_BATCH, (index + 1) * VALIDATION_BATCH);
    const count = rows.reduce((sum, { labels }) => sum + labels.filter((label) => label >= 0).length, 0);
    const batch = batchOf(tokens, rows, VALIDATION_BATCH);
    return { ...tagged(batch, rows, { weights, smoothing: 0 }), rows: count };
  });
}
