// The layers of a transformer, with gradients written out where the composed ones of TensorFlow.js are several times
// slower or keep every intermediate. N rows (batch × time), C channels, V vocabulary, K classes.
import * as tf from '@tensorflow/tfjs';

/** A value, what its gradient needs of the way there, and the gradient by input. */
interface Differentiable<T extends tf.Tensor> {
  readonly value: T;
  /** What the gradient reads, inputs included; all else is freed before it is taken. */
  readonly keep: tf.Tensor[];
  readonly gradient: (dy: T, kept: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
}

/** Runs as one operation with its own gradient. */
function differentiable<T extends tf.Tensor>(inputs: tf.Tensor[], forward: () => Differentiable<T>): T {
  const operation = tf.customGrad((...inputsAndSave) => {
    const save = inputsAndSave.at(-1) as unknown as tf.GradSaveFunc; // its type in TensorFlow.js says Tensor
    const { value, keep, gradient } = forward();
    save(keep);
    return { value, gradFunc: (dy, kept) => gradient(dy as T, kept) };
  });
  return operation(...inputs) as T;
}

/** Sums over rows as a matrix product, which native kernels do several times faster than a reduction. [N, C] → [C] */
function columnSums(x: tf.Tensor2D): tf.Tensor1D {
  return tf.reshape(tf.matMul(tf.ones<tf.Rank.R2>([1, x.shape[0]]), x), [x.shape[1]]);
}

/** Averages each row, as a matrix product like `columnSums`. [N, C] → [N, 1] */
function rowMeans(x: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(x, tf.fill<tf.Rank.R2>([x.shape[1], 1], 1 / x.shape[1]));
}

/**
 * Multiplies by a weight in PyTorch's layout and adds a bias.
 * @param x [N, inputs]
 * @param weight [outputs, inputs]
 * @param bias [outputs]
 * @returns [N, outputs]
 */
export function linear(x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([x, weight, bias], () => ({
    value: tf.add<tf.Tensor2D>(tf.matMul(x, weight, false, true), bias),
    keep: [x, weight],
    gradient: (dy, [input, matrix]) => [tf.matMul(dy, matrix), tf.matMul(dy, input, true), columnSums(dy)],
  }));
}

/**
 * Normalizes each row to mean 0 and variance 1, then scales and shifts (Ba et al. 2016, arXiv:1607.06450).
 * @param x [N, C]
 * @param weight [C]
 * @param bias [C]
 * @param epsilon added to the variance
 */
export function layerNorm(x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([x, weight, bias], () => {
    const centred = tf.sub<tf.Tensor2D>(x, rowMeans(x));
    const inverseDeviation = tf.rsqrt(tf.add(rowMeans(tf.square(centred)), epsilon)); // [N, 1]
    const normal = tf.mul(centred, inverseDeviation);
    return {
      value: tf.add<tf.Tensor2D>(tf.mul(normal, weight), bias),
      keep: [normal, inverseDeviation, weight],
      gradient: (dy, [normalized, scale, gain]) => {
        const dNormal = tf.mul<tf.Tensor2D>(dy, gain);
        const aligned = rowMeans(tf.mul<tf.Tensor2D>(dNormal, normalized));
        const dx = tf.sub(tf.sub(dNormal, rowMeans(dNormal)), tf.mul(normalized, aligned));
        return [tf.mul(dx, scale), columnSums(tf.mul<tf.Tensor2D>(dy, normalized)), columnSums(dy)];
      },
    };
  });
}

/** Gaussian error linear unit, x·Φ(x), exact by erf (Hendrycks & Gimpel 2016, arXiv:1606.08415). */
export function gelu(x: tf.Tensor2D): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([x], () => {
    const cumulative = tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5); // Φ(x)
    return {
      value: tf.mul<tf.Tensor2D>(x, cumulative),
      keep: [x, cumulative],
      gradient: (dy, [input, phi]) => {
        const density = tf.mul(tf.exp(tf.mul(tf.square(input), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul<tf.Tensor2D>(dy, tf.add(phi, tf.mul(input, density)));
      },
    };
  });
}

/**
 * Looks up rows of a table.
 * @param table [V, C]
 * @param ids [N] int32, each in [0, V)
 * @returns [N, C]
 */
export function embedding(table: tf.Tensor, ids: tf.Tensor1D): tf.Tensor2D {
  return differentiable<tf.Tensor2D>([table], () => ({
    value: tf.gather(table as tf.Tensor2D, ids),
    keep: [ids],
    gradient: (dy, [rows]) => tf.unsortedSegmentSum(dy, rows as tf.Tensor1D, table.shape[0]),
  }));
}

/**
 * Averages the cross-entropy of rows against target distributions.
 * @param logits [N, K]
 * @param targets [N, K], each row sums to 1
 * @returns a scalar
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const rows = logits.shape[0];
  return differentiable<tf.Scalar>([logits], () => {
    const logProbabilities = tf.logSoftmax(logits);
    return {
      value: tf.mul<tf.Scalar>(tf.sum(tf.mul(targets, logProbabilities)), -1 / rows),
      keep: [logProbabilities, targets],
      gradient: (dy, [logs, wanted]) => tf.mul(tf.sub(tf.exp(logs), wanted), tf.div(dy, rows)),
    };
  });
}
