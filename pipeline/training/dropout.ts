// Dropout (Srivastava et al. 2014): each number is zeroed with probability p, the others are divided by 1 − p. The mask
// is drawn here and not by the backend, whose generators cannot be set back to a step: by a hash of a key and the
// index (lowbias32, Wellons 2018), since a mask has half a million numbers and a generator with a state takes four
// times as long.
import * as tf from '@tensorflow/tfjs';
import type { Dropout } from '../model/bert.ts';
import { noDropout } from '../model/bert.ts';
import type { Random } from '../random.ts';

/**
 * @param rate in [0, 1), honoured to 1/65,536
 * @param random gives a key for each call, in the order of the calls
 */
export function createDropout(rate: number, random: Random): Dropout {
  if (rate === 0) return noDropout;
  return <T extends tf.Tensor>(x: T): T =>
    tf.mul<T>(x, tf.tensor(dropoutMask(x.size, rate, random.bits()), x.shape));
}

/**
 * @param key 32 bits
 * @returns `size` numbers: 0 with probability `rate`, else 1/(1 − rate)
 */
export function dropoutMask(size: number, rate: number, key: number): Float32Array {
  const threshold = Math.round(rate * 65_536) - 1;
  const scale = 1 / (1 - rate);
  const mask = new Float32Array(size);
  for (let index = 0; index < size; index += 2) {
    let hash = Math.imul(index + key, 0x9e3779b1); // spreads the low bits of neighbours before they are mixed
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
    hash ^= hash >>> 16;
    // 1 where the threshold is passed, by the sign bit: a branch would be mispredicted at every third number.
    mask[index] = ((threshold - (hash & 0xffff)) >>> 31) * scale;
    mask[index + 1] = ((threshold - (hash >>> 16)) >>> 31) * scale; // beyond an odd end, without effect
  }
  return mask;
}
