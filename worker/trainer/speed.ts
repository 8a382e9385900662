// How fast this machine is at what training does most: a matrix product that stays in its caches, and an addition that
// does not. Each is repeated for a fifth of a second; the fastest counts, since others may be using the machine.
import type * as TensorFlow from '@tensorflow/tfjs';
import type { MachineSpeed } from '../../contracts/training-plan.ts';

const SIDE = 512; // as wide as the layers of a small model
const ADDED = 4_194_304; // numbers: 16 MB, more than caches hold
const NUMBER_BYTES = 4;
const FOR_MS = 200;

export function measureSpeed(tf: typeof TensorFlow): MachineSpeed {
  return tf.tidy(() => {
    const square = tf.ones([SIDE, SIDE]);
    const long = tf.ones([ADDED]);
    return {
      matrixOperationsPerSecond: (2 * SIDE ** 3) / fastest(() => tf.matMul(square, square)),
      bytesPerSecond: (3 * NUMBER_BYTES * ADDED) / fastest(() => tf.add(long, long)),
    };
  });
}

/** Seconds; the first run, which sets things up, is not counted. */
function fastest(compute: () => TensorFlow.Tensor): number {
  compute().dispose();
  let best = Infinity;
  for (const end = performance.now() + FOR_MS; performance.now() < end; ) {
    const start = performance.now();
    compute().dispose();
    best = Math.min(best, performance.now() - start);
  }
  return best / 1_000;
}
