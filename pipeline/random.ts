// Seeded random numbers, equal on every machine. xoshiro128** (Blackman & Vigna 2018, arXiv:1805.01407), its state
// filled by splitmix64 (Steele, Lea & Flood 2014). Not for secrets.

/** Everything that `shuffle` can permute in place. */
type Shuffled = unknown[] | Int32Array | Uint32Array | Uint16Array | Float32Array | Float64Array;

/** A stream of random numbers; two streams made from the same seed give the same numbers in the same order. */
export interface Random {
  /** @returns 32 random bits, an integer in [0, 2^32). */
  readonly bits: () => number;
  /** @returns a number in [0, 1) with 53 random bits. */
  readonly next: () => number;
  /**
   * An integer without modulo bias.
   * @param limit exclusive upper bound, an integer in [1, 2^32]
   * @throws RangeError when the limit is not such an integer
   */
  readonly integer: (limit: number) => number;
  /**
   * Fills an array with integers as `integer` gives them, in a fifth of the time; below limits of 2^16 each 32 bits
   * make two of them (Lemire 2019, ACM TOMACS 29), so that they are others than those of `integer`.
   * @throws RangeError as `integer`
   */
  readonly integers: (limit: number, into: Int32Array) => void;
  /** @returns a draw from the standard normal distribution. */
  readonly normal: () => number;
  /** Permutes in place, each order being equally likely, and returns the same object. */
  readonly shuffle: <T extends Shuffled>(items: T) => T;
  /** @returns the four words from which `resumeRandom` goes on where this stream stands. */
  readonly state: () => RandomState;
}

export type RandomState = readonly [number, number, number, number];

const WORD = 2 ** 32;
const HALF_WORD = 2 ** 16;

/**
 * Generates the splitmix64 sequence, which turns any seed, even 0, into well mixed words.
 * @param seed taken modulo 2^64
 */
export function* splitmix64(seed: bigint): Generator<bigint, never> {
  let state = BigInt.asUintN(64, seed);
  for (;;) {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let mixed = state;
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    yield mixed ^ (mixed >> 31n);
  }
}

/**
 * Makes the random stream of a seed.
 * @param seed a safe integer
 * @param stream a safe integer that tells apart streams of one seed, such as a training step
 * @throws RangeError when seed or stream is not a safe integer
 */
export function createRandom(seed: number, stream = 0): Random {
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(stream)) {
    throw new RangeError(`seed and stream must be safe integers, got ${seed} and ${stream}`);
  }
  // The stream is mixed before it meets the seed, else (1, 2) and (2, 1) would be neighbours.
  const offset = stream === 0 ? 0n : splitmix64(BigInt(stream)).next().value;
  const words = splitmix64(BigInt(seed) ^ offset);
  const low = words.next().value;
  const high = words.next().value;
  const word = (value: bigint): number => Number(BigInt.asUintN(32, value));
  return resumeRandom([word(low), word(low >> 32n), word(high), word(high >> 32n)]);
}

/**
 * Goes on from a state that `Random.state` gave, as a resumed training run does.
 * @throws RangeError when all four words are zero, which xoshiro never leaves
 */
export function resumeRandom(state: RandomState): Random {
  let [a, b, c, d] = state.map((word) => word >>> 0) as [number, number, number, number];
  if ((a | b | c | d) === 0) throw new RangeError('a random state of four zeros gives zeros for ever');

  const bits = (): number => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const next = (): number => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53;
  let [lastLimit, bound] = [1, WORD]; // bootstraps draw below one limit millions of times
  const integer = (limit: number): number => {
    if (limit !== lastLimit) {
      if (!Number.isInteger(limit) || limit < 1 || limit > WORD) {
        throw new RangeError(`limit must be an integer in [1, 2^32], got ${limit}`);
      }
      lastLimit = limit;
      bound = WORD - (WORD % limit); // draws from here on would favour small results
    }
    let draw = bits();
    while (draw >= bound) draw = bits();
    return limit === WORD ? draw : draw % (limit >>> 0);
  };
  // The state is in variables of the loop, which a closure's are not: bootstraps spend their time here.
  const integers = (limit: number, into: Int32Array): void => {
    if (limit > HALF_WORD || !Number.isInteger(limit) || limit < 1) {
      for (let at = 0; at < into.length; at += 1) into[at] = integer(limit);
      return;
    }
    const { length } = into;
    const rejected = HALF_WORD % limit; // products below it would favour some results
    let [e, f, g, h] = [a | 0, b | 0, c | 0, d | 0];
    for (let at = 0; at < length; ) {
      const scrambled = Math.imul(f, 5);
      const draw = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
      const shifted = f << 9;
      g ^= e;
      h ^= f;
      f ^= g;
      e ^= h;
      g ^= shifted;
      h = (h << 11) | (h >>> 21);
      const upper = Math.imul(draw >>> 16, limit);
      if ((upper & 0xffff) >= rejected) {
        into[at] = upper >>> 16;
        at += 1;
      }
      const lower = Math.imul(draw & 0xffff, limit);
      if ((lower & 0xffff) >= rejected && at < length) {
        into[at] = lower >>> 16;
        at += 1;
      }
    }
    [a, b, c, d] = [e, f, g, h];
  };
  // Box and Muller 1958, without the second normal, so that the four words stay the whole state.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const shuffle = <T extends Shuffled>(items: T): T => {
    for (let last = items.length - 1; last > 0; last -= 1) {
      const other = integer(last + 1);
      [items[last], items[other]] = [items[other], items[last]];
    }
    return items;
  };
  return {
    bits,
    next,
    integer,
    integers,
    normal,
    shuffle,
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}
