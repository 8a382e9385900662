// Which random stream serves what. Every draw of training is a function of (seed, purpose, step or epoch), so that a
// run that was killed and resumed draws what the uninterrupted one draws.
import type { Random } from '../random.ts';
import { createRandom } from '../random.ts';

const purposes = ['order', 'dropout', 'token-noise', 'masking'] as const;

/** What random numbers are drawn for. */
export type Purpose = (typeof purposes)[number];

/**
 * @param index step or epoch, from 0
 * @returns the stream of one purpose at one step or epoch
 */
export function randomFor(seed: number, purpose: Purpose, index: number): Random {
  // From 1 on: stream 0 of the seed draws nothing here, since it is what `createRandom(seed)` gives to anyone.
  return createRandom(seed, 1 + index * purposes.length + purposes.indexOf(purpose));
}

/** @returns [2] the seed of a step's dropout masks. */
export function dropoutSeed(seed: number, step: number): Int32Array {
  const random = randomFor(seed, 'dropout', step);
  return Int32Array.of(random.bits(), random.bits());
}
