// Classification of labelled rows. B batch, K classes.
import type { FineTuningSpec } from '../../contracts/model-spec/learning.ts';
import type { Node } from '../graph/ir.ts';
import { createGraph } from '../graph/ir.ts';
import { input, logSoftmax, multiply, negate, reduceSum } from '../graph/operations.ts';
import { attentionMask, classifierLogits } from '../model/bert-graph.ts';
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

/** A row with its class. */
export interface Example {
  readonly row: number;
  readonly label: number;
}

export interface FineTuningTask {
  readonly config: BertConfig;
  readonly seed: number;
  readonly tokens: TokenRows;
  readonly options: FineTuningSpec;
  readonly training: readonly Example[];
  readonly validation: readonly Example[];
}

const labelOf = ({ label }: Example): number => label;

const VALIDATION_ROWS = 512; // more say no more about a curve, and cost time
const VALIDATION_BATCH = 32;

export function createFineTuning(task: FineTuningTask): Objective {
  const { config, seed, tokens, options } = task;
  const { dropout, labelSmoothing, earlyStopping } = options;
  const { training, validation } = splitForStopping(task, earlyStopping);
  const order = createDataOrder(training.length, { seed, ...options });
  const lengths = graphLengths(tokens.contextLength);
  const weights = classWeights(training.map(labelOf), config.labels.length, options.classWeights);

  const batch = (step: number): StepBatch => {
    const examples = Array.from(order.batch(step), (index) => training[index]);
    const batchSize = paddedRows(examples.length, options);
    const random = randomFor(seed, 'token-noise', step);
    const noisy = addTokenNoise(batchOf(tokens, examples, batchSize), tokens, options.tokenNoise, random);
    const targets = classTargets(examples.map(labelOf), {
      answers: batchSize,
      weights,
      smoothing: labelSmoothing,
    });
    return stepBatch(noisy, { targets, seed: dropoutSeed(seed, step) });
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

/** −Σ targets · log softmax(logits): the targets of a row sum to its weight in the mean. */
function loss(
  config: BertConfig,
  shape: { batchSize: number; length: number; dropout: number },
): [string, Node] {
  const graph = createGraph();
  const logits = classifierLogits(graph, { config, ...shape }); // [B, K]
  const targets = input(graph, 'targets', [shape.batchSize, config.labels.length]);
  return [programOf(shape.length), negate(reduceSum(multiply(targets, logSoftmax(logits)), [0, 1]))];
}

function stepBatch(
  { ids, lengths, length }: TokenBatch,
  feeds: { targets: Float32Array; seed?: Int32Array },
): StepBatch {
  return {
    program: programOf(length),
    feeds: { ids, mask: attentionMask(lengths, length), ...feeds },
    tokens: ids.length,
  };
}

function batchOf(tokens: TokenRows, examples: readonly Example[], batchSize: number): TokenBatch {
  const rows = examples.map(({ row }) => row);
  return takeBatch(tokens, rows, batchSize);
}

function validationBatches({
  config,
  tokens,
  validation,
}: Pick<FineTuningTask, 'config' | 'tokens' | 'validation'>): ValidationBatch[] {
  const rows = validation.slice(0, VALIDATION_ROWS);
  const weights = new Float64Array(config.labels.length).fill(1);
  return Array.from({ length: Math.ceil(rows.length / VALIDATION_BATCH) }, (_, index) => {
    const examples = rows.slice(index * VALIDATION_BATCH, (index + 1) * VALIDATION_BATCH);
    const targets = classTargets(examples.map(labelOf), { answers: VALIDATION_BATCH, weights, smoothing: 0 });
    return { ...stepBatch(batchOf(tokens, examples, VALIDATION_BATCH), { targets }), rows: examples.length };
  });
}
