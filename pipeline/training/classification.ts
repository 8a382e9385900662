// Training to classify, whatever is classified: batches, targets, loss and validation of answers over K classes.
// B batch, T time, A answers a row, K classes.
import type { FineTuningSpec } from '../../contracts/model-spec/learning.ts';
import type { Graph, Node } from '../graph/ir.ts';
import { createGraph } from '../graph/ir.ts';
import { input, logSoftmax, multiply, negate, reduceSum } from '../graph/operations.ts';
import { attentionMask } from '../model/bert-graph.ts';
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

interface Shape {
  readonly config: BertConfig;
  readonly batchSize: number;
  readonly length: number;
  readonly dropout: number;
}

/** What is classified. */
export interface Answers<Row> {
  /** [B × A, K] */
  readonly logits: (graph: Graph, shape: Shape) => Node;
  /** A: of a row of T tokens. */
  readonly perRow: (length: number) => number;
  /** Classes of a row's answers, A or more; −1 for one that has none. */
  readonly labelsOf: (row: Row) => readonly number[];
}

export interface ClassificationTask<Row extends { readonly row: number }> {
  readonly config: BertConfig;
  readonly seed: number;
  readonly tokens: TokenRows;
  readonly options: FineTuningSpec;
  readonly training: readonly Row[];
  readonly validation: readonly Row[];
  /** Of the training: validated on instead, where there is no early stopping that says so. */
  readonly validationShare?: number | undefined;
}

const VALIDATION_ROWS = 512; // more say no more about a curve, and cost time
const VALIDATION_BATCH = 32;

export function createClassification<Row extends { readonly row: number }>(
  task: ClassificationTask<Row>,
  answers: Answers<Row>,
): Objective {
  const { config, seed, tokens, options } = task;
  const { dropout, labelSmoothing: smoothing, earlyStopping } = options;
  const { training, validation } = splitForStopping(task, earlyStopping?.share ?? task.validationShare);
  const order = createDataOrder(training.length, { seed, ...options });
  const lengths = graphLengths(tokens.contextLength);
  const labels = training.flatMap(answers.labelsOf).filter(isClass);
  const weights = classWeights(labels, config.labels.length, options.classWeights);

  const batch = (step: number): StepBatch => {
    const rows = Array.from(order.batch(step), (index) => training[index]);
    const taken = batchOf(tokens, rows, paddedRows(rows.length, options));
    const noisy = addTokenNoise(taken, tokens, options.tokenNoise, randomFor(seed, 'token-noise', step));
    const { feeds, ...rest } = answered(noisy, rows, { answers, weights, smoothing });
    return { ...rest, feeds: { ...feeds, seed: dropoutSeed(seed, step) } };
  };
  return {
    layout: parameterLayout(config),
    totalSteps: order.totalSteps,
    ignorantLoss: Math.log(config.labels.length),
    losses: Object.fromEntries(
      lengths.map((length) => loss(answers, { config, batchSize: rowsAtOnce(options), length, dropout })),
    ),
    validations: Object.fromEntries(
      lengths.map((length) => loss(answers, { config, batchSize: VALIDATION_BATCH, length, dropout: 0 })),
    ),
    batch,
    validationBatches: validationBatches({ config, tokens, validation }, answers),
    ...(earlyStopping && {
      earlyStopping: createEarlyStopping(earlyStopping, {
        stepsPerEpoch: training.length / options.batchSize,
        totalSteps: order.totalSteps,
      }),
    }),
  };
}

const isClass = (label: number): boolean => label >= 0;

/** −Σ targets · log softmax(logits): the targets of an answer sum to its weight in the mean. */
function loss<Row>({ logits, perRow }: Answers<Row>, shape: Shape): [string, Node] {
  const { config, batchSize, length } = shape;
  const graph = createGraph();
  const scores = logits(graph, shape);
  const targets = input(graph, 'targets', [batchSize * perRow(length), config.labels.length]);
  return [programOf(length), negate(reduceSum(multiply(targets, logSoftmax(scores)), [0, 1]))];
}

function batchOf(
  tokens: TokenRows,
  rows: readonly { readonly row: number }[],
  batchSize: number,
): TokenBatch {
  const numbers = rows.map(({ row }) => row);
  return takeBatch(tokens, numbers, batchSize);
}

function answered<Row>(
  { ids, lengths, length, batchSize }: TokenBatch,
  rows: readonly Row[],
  { answers, ...how }: { answers: Answers<Row>; weights: Float64Array; smoothing: number },
): StepBatch {
  const each = answers.perRow(length);
  const labels = new Int32Array(batchSize * each).fill(-1);
  for (const [index, row] of rows.entries()) labels.set(answers.labelsOf(row).slice(0, each), index * each);
  const targets = classTargets(labels, { answers: labels.length, ...how });
  return {
    program: programOf(length),
    feeds: { ids, mask: attentionMask(lengths, length), targets },
    tokens: ids.length,
  };
}

function validationBatches<Row extends { readonly row: number }>(
  { config, tokens, validation }: Pick<ClassificationTask<Row>, 'config' | 'tokens' | 'validation'>,
  answers: Answers<Row>,
): ValidationBatch[] {
  const held = validation.slice(0, VALIDATION_ROWS);
  const weights = new Float64Array(config.labels.length).fill(1);
  return Array.from({ length: Math.ceil(held.length / VALIDATION_BATCH) }, (_, index) => {
    const rows = held.slice(index * VALIDATION_BATCH, (index + 1) * VALIDATION_BATCH);
    const count = rows.flatMap(answers.labelsOf).filter(isClass).length;
    const batch = batchOf(tokens, rows, VALIDATION_BATCH);
    return { ...answered(batch, rows, { answers, weights, smoothing: 0 }), rows: count };
  });
}
