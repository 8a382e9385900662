// The graph on native TensorFlow: every operation gives the reference's numbers, and training moves parameters as it
// does over plain arrays.
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { fineTuningSchema, pretrainingSchema } from '../../contracts/model-spec/learning.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { matMul } from '../../pipeline/graph/operations.ts';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import { createRandom } from '../../pipeline/random.ts';
import { createFineTuning } from '../../pipeline/training/fine-tuning.ts';
import type { Objective } from '../../pipeline/training/objective.ts';
import { adamW, momentumSgd } from '../../pipeline/training/optimizer.ts';
import { openPlainSession } from '../../pipeline/training/plain-session.ts';
import { createPretraining } from '../../pipeline/training/pretraining.ts';
import type { OpenSession, TrainingPlan } from '../../pipeline/training/session.ts';
import { startingVectors } from '../../pipeline/training/session.ts';
import type { TokenRows } from '../../pipeline/training/token-rows.ts';
import { validate } from '../../pipeline/training/train-step.ts';
import { openNativeSession } from '../../runtimes/tensorflow/training-session.ts';
import { expectClose } from '../support/expect-close.ts';
import type { BuiltCase } from '../support/graph-case.ts';
import { givenNumbers, graphCase } from '../support/graph-case.ts';
import { allGraphCases } from '../support/graph-cases.ts';
import { evaluate } from '../support/graph-reference.ts';
import type { RunGraph } from '../support/graph-targets.ts';
import { runNatively, runWithoutKernels } from '../support/graph-targets.ts';
import { usePlainBackend } from '../unit/pipeline/model/plain-backend.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** @returns the values of a case's outputs by name */
function runCase(run: RunGraph, { outputs, inputs, parameters }: BuiltCase): ReturnType<RunGraph> {
  const tensors = Object.entries(parameters).map(([name, parameter]) => ({ name, ...parameter }));
  return run(outputs, { inputs, parameters: tensors });
}

describe.each([
  ['with fused kernels', runNatively],
  ['with its own kernels', runWithoutKernels],
])('native TensorFlow %s', (_kernels, run) => {
  it.each(allGraphCases)('computes %s', async (_, { build }) => {
    const built = build(createGraph());
    const expected = evaluate(Object.values(built.outputs), givenNumbers(built));
    const results = await runCase(run, built);
    for (const [index, name] of Object.keys(built.outputs).entries()) {
      expectClose(results[name], expected[index], 2e-6, name);
    }
  });

  it.each([
    [64, 512],
    [512, 64],
    [96, 64],
    [64, 96],
  ])('multiplies over many rows, %i numbers of one by %i of the other', async (left, right) => {
    const { build } = graphCase('', ({ floats }) =>
      matMul(floats('a', [512, left]), floats('b', [512, right]), { transposeA: true }),
    );
    const built = build(createGraph());
    const [expected] = evaluate(Object.values(built.outputs), givenNumbers(built));
    const { y } = await runCase(run, built);
    expectClose(y, expected, 1e-4, 'product');
  });
});

describe('a training session on native TensorFlow', () => {
  const config: BertConfig = {
    head: 'classification',
    vocabularySize: 40,
    hiddenSize: 16,
    layers: 2,
    heads: 2,
    intermediateSize: 24,
    contextLength: 12,
    tokenTypes: 2,
    layerNormEpsilon: 1e-12,
    padTokenId: 0,
    labels: ['low', 'high'],
    dropout: 0.2,
  };
  const random = createRandom(3);
  const tokens: TokenRows = {
    rows: 20,
    contextLength: 12,
    vocabularySize: 40,
    padId: 0,
    maskId: 4,
    clsId: 2,
    sepId: 3,
    ids: Uint16Array.from({ length: 240 }, () => random.integer(40)),
    lengths: Uint16Array.from({ length: 20 }, () => 1 + random.integer(12)),
  };
  const examples = Array.from({ length: 20 }, (_, row) => ({ row, label: row % 2 }));
  const fineTuningOf = (microBatchSize?: number) =>
    createFineTuning({
      config,
      seed: 5,
      tokens,
      options: fineTuningSchema.parse({ batchSize: 6, microBatchSize, dropout: 0.2, labelSmoothing: 0.1 }),
      training: examples.slice(0, 15),
      validation: examples.slice(15),
    });
  const pretrainingOf = (microBatchSize?: number) =>
    createPretraining({
      config: { ...config, head: 'masked-language-model', labels: [] },
      seed: 5,
      tokens,
      options: pretrainingSchema.parse({ batchSize: 6, microBatchSize, dropout: 0.2 }),
    });
  const fineTuning = fineTuningOf();
  const pretraining = pretrainingOf();

  async function take(
    open: OpenSession,
    objective: Objective,
    changes: Partial<Pick<TrainingPlan, 'optimizer' | 'averaging' | 'precision'>> = {},
  ) {
    const plan = {
      ...objective,
      optimizer: adamW(0.1),
      precision: 'float32',
      maximumNorm: 1,
      ...changes,
    } as const;
    const start = startingVectors(initialParameters(objective.layout, 1), plan);
    const session = await open(plan, start);
    const results = [0, 1, 2, 3].map((step) => {
      const { program, feeds } = objective.batch(step);
      return session.step(program, feeds, { step, learningRate: 0.01 });
    });
    const validation = validate(session, objective);
    const vectors = session.read();
    session.dispose();
    return { results, validation, vectors };
  }

  beforeAll(usePlainBackend);

  it.each([
    ['fine-tuning by AdamW', fineTuning, {}],
    ['fine-tuning by SGD with momentum', fineTuning, { optimizer: momentumSgd(0.1) }],
    ['fine-tuning with averaged weights', fineTuning, { averaging: { decay: 0.7 } }],
    ['pretraining by AdamW', pretraining, {}],
  ] as const)(
    'takes the steps of plain TensorFlow.js, dropout included: %s',
    async (_, objective, changes) => {
      const native = await take(openNativeSession, objective, changes);
      await usePlainBackend();
      const plain = await take(openPlainSession, objective, changes);
      expect(native.results).toHaveLength(4);
      for (const [step, { loss, gradientNorm }] of native.results.entries()) {
        expect(loss).toBeCloseTo(plain.results[step].loss, 4);
        expect(gradientNorm).toBeCloseTo(plain.results[step].gradientNorm, 3);
      }
      expect(native.validation ?? 0).toBeCloseTo(plain.validation ?? 0, 4);
      expect(Object.keys(native.vectors).sort()).toEqual(Object.keys(plain.vectors).sort());
      for (const [name, vector] of Object.entries(native.vectors)) {
        const furthest = vector.reduce(
          (most, value, index) => Math.max(most, Math.abs(value - plain.vectors[name][index])),
          0,
        );
        expect(furthest, name).toBeLessThan(2e-3); // a step of Adam turns a rounding of a tiny gradient into a change of its rate
      }
    },
  );

  it.each([
    ['fine-tuning', fineTuning, fineTuningOf(4)],
    ['pretraining', pretraining, pretrainingOf(2)],
  ] as const)(
    'adds up the gradients of parts to those of the batch, dropout included: %s',
    async (_, whole, inParts) => {
      const expected = await take(openNativeSession, whole);
      const parted = await take(openNativeSession, inParts);
      for (const [step, { loss, gradientNorm }] of parted.results.entries()) {
        expect(loss).toBeCloseTo(expected.results[step].loss, 4);
        expect(gradientNorm).toBeCloseTo(expected.results[step].gradientNorm, 3);
      }
      const again = await take(openNativeSession, inParts);
      expect(again.vectors).toEqual(parted.vectors);
    },
  );

  it('validates the average of the weights where there is one', async () => {
    const averaged = await take(openNativeSession, fineTuning, { averaging: { decay: 0.7 } });
    const plan = { ...fineTuning, optimizer: adamW(0.1), precision: 'float32', maximumNorm: 1 } as const;
    const session = await openNativeSession(plan, startingVectors(averaged.vectors.averages, plan));
    expect(validate(session, fineTuning)).toBe(averaged.validation);
    expect((await take(openNativeSession, fineTuning)).validation).not.toBe(averaged.validation);
    session.dispose();
  });

  it('computes matrix products in bfloat16 where it is told to: nearly the same losses', async () => {
    const exact = await take(openNativeSession, fineTuning);
    const rough = await take(openNativeSession, fineTuning, { precision: 'bfloat16' });
    expect(rough.results[0].loss).not.toBe(exact.results[0].loss);
    for (const [step, { loss }] of rough.results.entries())
      expect(loss).toBeCloseTo(exact.results[step].loss, 1);
  });

  it('keeps nothing of the memory that it starts from, wherever that lies', async () => {
    // TensorFlow takes over what begins at a multiple of 64 bytes, and copies the rest.
    const memory: WeakRef<ArrayBufferLike>[] = [];
    const sessions = [];
    for (let offset = 0; offset < 16; offset++) {
      sessions.push(await openAt(offset, ({ buffer }) => memory.push(new WeakRef(buffer))));
    }
    await setImmediate(); // what a WeakRef was made of lives until the end of its turn
    collectGarbage();
    expect(memory.filter((it) => it.deref() !== undefined)).toEqual([]);
    for (const session of sessions) session.dispose();
  });

  async function openAt(offset: number, seen: (vector: Float32Array) => void) {
    const plan = { ...fineTuning, optimizer: adamW(0.1), precision: 'float32', maximumNorm: 1 } as const;
    const vectors = startingVectors(initialParameters(fineTuning.layout, 1), plan);
    const moved = Object.entries(vectors).map(([name, values]) => {
      const room = new Float32Array(values.length + offset).subarray(offset);
      room.set(values);
      seen(room);
      return [name, room] as const;
    });
    return openNativeSession(plan, Object.fromEntries(moved));
  }

  it('names an input that is missing', async () => {
    const optimizer = adamW(0);
    const start = startingVectors(initialParameters(fineTuning.layout, 1), { ...fineTuning, optimizer });
    const session = await openNativeSession(
      { ...fineTuning, optimizer, precision: 'float32', maximumNorm: 1 },
      start,
    );
    const { program, feeds } = fineTuning.batch(0);
    const step = () =>
      session.step(program, { ...feeds, ids: new Int32Array(3) }, { step: 0, learningRate: 1 });
    expect(step).toThrow(/input ids: expected \d+ numbers, got 3/);
    session.dispose();
  });
});
