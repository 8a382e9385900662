import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDropout, dropoutMask } from '../../../../pipeline/training/dropout.ts';
import { randomFor } from '../../../../pipeline/training/streams.ts';
import { usePlainBackend } from '../model/plain-backend.ts';

beforeAll(usePlainBackend);

const size = 200_000;

describe('dropout', () => {
  it.each([0.1, 0.3, 0.75])('zeroes a share of %d and scales the others, so that the mean stays', (rate) => {
    const mask = dropoutMask(size, rate, 12_345);
    const dropped = mask.filter((value) => value === 0).length;
    // Six standard deviations of a binomial share.
    expect(Math.abs(dropped / size - rate)).toBeLessThan(6 * Math.sqrt((rate * (1 - rate)) / size));
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
  });

  it('drops neighbours, and the same index under neighbouring keys, independently', () => {
    const [one, other] = [dropoutMask(size, 0.5, 1), dropoutMask(size, 0.5, 2)];
    let [beside, across] = [0, 0];
    for (let index = 1; index < size; index += 1) {
      beside += Number(one[index] === one[index - 1]);
      across += Number(one[index] === other[index]);
    }
    expect(Math.abs(beside / size - 0.5)).toBeLessThan(0.007);
    expect(Math.abs(across / size - 0.5)).toBeLessThan(0.007);
  });

  it('is the same for the same key, another for another, and takes an odd size', () => {
    expect(dropoutMask(101, 0.4, 7)).toEqual(dropoutMask(101, 0.4, 7));
    expect(dropoutMask(101, 0.4, 7)).not.toEqual(dropoutMask(101, 0.4, 8));
    expect(dropoutMask(101, 0.4, 7).subarray(0, 100)).toEqual(dropoutMask(100, 0.4, 7));
  });

  it('is a function of seed and step, with a new mask at each call of a step', async () => {
    const masks = (step: number) => {
      const dropout = createDropout(0.5, randomFor(1, 'dropout', step));
      return Promise.all([dropout(tf.ones([64])).array(), dropout(tf.ones([64])).array()]);
    };
    const [first, second] = await masks(4);
    expect(await masks(4)).toEqual([first, second]);
    expect(second).not.toEqual(first);
    expect((await masks(5))[0]).not.toEqual(first);
  });

  it('is the identity at rate 0', () => {
    const x = tf.ones([3]);
    expect(createDropout(0, randomFor(1, 'dropout', 0))(x)).toBe(x);
  });
});
