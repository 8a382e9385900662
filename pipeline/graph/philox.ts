// Dropout masks from the counter-based generator Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy
// as 1, 2, 3"), bit for bit those of TensorFlow's StatelessRandomUniform: its scrambling of the seed into key and
// counter (GenerateKey in tensorflow/core/kernels/stateless_random_ops.cc), and 23 bits of each word for a number
// (Uint32ToFloat in tensorflow/core/lib/random/random_distributions.h).

/** What the counter's words 0 and 2 are multiplied by, and what the key's are raised by, from the paper. */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_2 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
/** TensorFlow's key for scrambling seeds. */
const SCRAMBLING_KEY = [0x3ec8f720, 0x02461e29] as const;
const FRACTION_BITS = 23; // of a float32

/** The upper 32 bits of a product of 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const first = aHigh * bLow + ((aLow * bLow) >>> 16);
  const second = aLow * bHigh + (first & 0xffff);
  return aHigh * bHigh + (first >>> 16) + (second >>> 16);
}

/**
 * Replaces a counter by the random words that belong to it.
 * @param words four 32-bit words
 * @param key two 32-bit words
 */
export function philox(words: Uint32Array, key: readonly [number, number]): void {
  let a = words[0];
  let b = words[1];
  let c = words[2];
  let d = words[3];
  let raised0 = key[0];
  let raised1 = key[1];
  for (let round = 0; round < ROUNDS; round += 1) {
    const high0 = multiplyHigh(a, MULTIPLIER_0);
    const high2 = multiplyHigh(c, MULTIPLIER_2);
    const low0 = Math.imul(a, MULTIPLIER_0);
    const low2 = Math.imul(c, MULTIPLIER_2);
    a = high2 ^ b ^ raised0;
    b = low2;
    c = high0 ^ d ^ raised1;
    d = low0;
    raised0 = (raised0 + WEYL_0) | 0;
    raised1 = (raised1 + WEYL_1) | 0;
  }
  words[0] = a;
  words[1] = b;
  words[2] = c;
  words[3] = d;
}

/**
 * Draws a dropout mask.
 * @param size how many numbers, below 2^34
 * @param rate share that is zeroed, in (0, 1)
 * @param seed two integers, taken as int32; `part`: how many masks of this size come before it in the seed's numbers,
 * each from a counter of its own on, so that masks whose sizes are multiples of four join without a seam
 * @returns 0 where a uniform number in [0, 1) is below the rate, else 1/(1 − rate)
 */
export function dropoutMask(
  size: number,
  rate: number,
  { seed, part = 0 }: { seed: readonly [number, number]; part?: number },
): Float32Array {
  const threshold = Math.fround(rate) * 2 ** FRACTION_BITS;
  const scale = 1 / (1 - rate);
  const [first, second] = seed.map((word) => word | 0);
  const mixed = Uint32Array.of(first, first >> 31, second, second >> 31); // as 64-bit integers, low word first
  philox(mixed, SCRAMBLING_KEY);
  const key = [mixed[0], mixed[1]] as const;
  const start = part * Math.ceil(size / 4);
  const words = new Uint32Array(4);
  const mask = new Float32Array(size);
  for (let index = 0; index < size; index += 1) {
    if (index % 4 === 0) {
      words.set(mixed);
      words[0] = start + index / 4;
      words[1] = (start + index / 4) / 2 ** 32;
      philox(words, key);
    }
    mask[index] = (words[index % 4] & (2 ** FRACTION_BITS - 1)) >= threshold ? scale : 0;
  }
  return mask;
}
