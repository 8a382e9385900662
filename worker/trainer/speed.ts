// How fast this machine is at what training does most: a matrix product that stays in its caches, in each precision that
// is asked for, and an addition that does not. Each is repeated for a fifth of a second; the fastest counts, since others
// may be using the machine.
import type * as TensorFlow from '@tensorflow/tfjs';
import type { MachineSpeed } from '../../contracts/training-plan.ts';
import { createGraph } from '../../pipeline/graph/ir.ts';
import type { Precision } from '../../pipeline/graph/operation-kinds.ts';
import { broadcast, input, matMul, reduceSum } from '../../pipeline/graph/operations.ts';
import { createGraphDef, shapeAttribute, typeAttribute } from '../../pipeline/graph/tensorflow/graph-def.ts';
import { lower } from '../../pipeline/graph/tensorflow/lower.ts';
import { loadSavedModel } from '../../runtimes/tensorflow/saved-model.ts';

const SIDE = 512; // as wide as the layers of a small model
const PRODUCTS = 4; // one after the other, so that the call from JavaScript counts little
const ADDED = 4_194_304; // numbers: 16 MB, more than caches hold
const NUMBER_BYTES = 4;
const FOR_MS = 200;

/** @param precisions those that phases compute their products in */
export async function measureSpeed(
  tf: typeof TensorFlow,
  precisions: readonly Precision[],
): Promise<MachineSpeed> {
  const matrixOperationsPerSecond: Partial<Record<Precision, number>> = {};
  for (const precision of new Set(precisions))
    matrixOperationsPerSecond[precision] = await measureProducts(precision);
  return { matrixOperationsPerSecond, bytesPerSecond: measureAddition(tf) };
}

/** Written as a training's products are: with casts, where they are in bfloat16. */
async function measureProducts(precision: Precision): Promise<number> {
  const graph = createGraph();
  const square = broadcast(input(graph, 'x', []), [SIDE, SIDE]); // fed, or TensorFlow would multiply ahead of time
  let product = square;
  for (let times = 0; times < PRODUCTS; times += 1) product = matMul(product, square);
  const target = createGraphDef();
  const fed = target.add(
    'Placeholder',
    [],
    { dtype: typeAttribute('float32'), shape: shapeAttribute([]) },
    { name: 'x' },
  );
  const [sum] = lower([reduceSum(product, [0, 1])], target, { precision, kernels: false, source: () => fed });
  const { run, dispose } = await loadSavedModel(target.encode());
  try {
    const feed = { name: 'x', shape: [], values: Float32Array.of(1 / SIDE) }; // so that the products stay as they are
    return (PRODUCTS * 2 * SIDE ** 3) / fastest(() => run([feed], [sum]));
  } finally {
    dispose();
  }
}

function measureAddition(tf: typeof TensorFlow): number {
  return tf.tidy(() => {
    const long = tf.ones([ADDED]);
    return (3 * NUMBER_BYTES * ADDED) / fastest(() => tf.add(long, long).dispose());
  });
}

/** Seconds; the first run, which sets things up, is not counted. */
function fastest(compute: () => void): number {
  compute();
  let best = Infinity;
  for (const end = performance.now() + FOR_MS; performance.now() < end; ) {
    const start = performance.now();
    compute();
    best = Math.min(best, performance.now() - start);
  }
  return best / 1_000;
}
