// Optimizers inside TensorFlow's graph, on a loss whose gradient is what it is fed.
import { describe, expect, it } from 'vitest';
import { createGraph } from '../../pipeline/graph/ir.ts';
import { add, input, multiply, parameter, reduceSum } from '../../pipeline/graph/operations.ts';
import { startingVectors } from '../../pipeline/training/session.ts';
import { openNativeSession } from '../../runtimes/tensorflow/training-session.ts';
import { expectClose } from '../support/expect-close.ts';
import type { OptimizerSteps } from '../support/optimizer-steps.ts';
import { optimizerSteps } from '../support/optimizer-steps.ts';

/** Σ slopes · parameters */
function lossOf({ layout }: OptimizerSteps) {
  const graph = createGraph();
  const terms = layout.entries.map(({ name, shape }) =>
    reduceSum(
      multiply(parameter(graph, name, shape), input(graph, name, shape)),
      shape.map((_, axis) => axis),
    ),
  );
  return terms.reduce(add);
}

function openSteps(golden: OptimizerSteps) {
  const { layout, optimizer, averaging } = golden;
  return openNativeSession(
    {
      layout,
      optimizer,
      averaging,
      precision: 'float32',
      maximumNorm: 1,
      losses: { sum: lossOf(golden) },
      validations: {},
    },
    startingVectors(Float32Array.from(golden.start), golden),
  );
}

function feedsOf({ layout }: OptimizerSteps, gradient: readonly number[]) {
  return Object.fromEntries(
    layout.entries.map(({ name, offset, size }) => [
      name,
      Float32Array.from(gradient.slice(offset, offset + size)),
    ]),
  );
}

describe('a step inside the graph of TensorFlow', () => {
  it.each(optimizerSteps)(
    'is that of %s, clipping and decay of some parameters included',
    async (_, golden) => {
      const session = await openSteps(golden);
      for (const [step, { learningRate, gradient, norm, ...expected }] of golden.steps.entries()) {
        const result = session.step('sum', feedsOf(golden, gradient), { step, learningRate });
        expect(result.gradientNorm).toBeCloseTo(norm, 4);
        const vectors = session.read();
        for (const [name, values] of Object.entries(expected)) {
          expectClose(vectors[name], values, 1e-5, name);
        }
      }
      session.dispose();
    },
  );
});
