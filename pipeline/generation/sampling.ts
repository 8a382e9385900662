// How the next token is chosen from its logits: the likeliest, or one drawn by what the options leave.
import { CoppiceFailure } from '../../contracts/failures.ts';
import { createRandom } from '../random.ts';
import { divideByTemperature, keepTopK, keepTopP, penalizeRepetition, softmaxOf } from './processors.ts';

export interface SamplingOptions {
  /** 0 chooses the likeliest token (greedy); 1 (default) draws by the model's own probabilities. */
  readonly temperature?: number;
  /** Draws among this many of the likeliest; absent: all. */
  readonly topK?: number;
  /** Draws among the fewest likeliest whose probabilities add up to this share, in (0, 1]; absent: all. */
  readonly topP?: number;
  /** Above 0; 1 (default) changes nothing. */
  readonly repetitionPenalty?: number;
  /** A safe integer, 0 by default: equal seeds draw equally. */
  readonly seed?: number;
}

const rules: { readonly [K in keyof SamplingOptions]-?: readonly [string, (value: number) => boolean] } = {
  temperature: ['a number from 0 on', (value) => value >= 0 && Number.isFinite(value)],
  topK: ['a whole number from 1 on', (value) => Number.isSafeInteger(value) && value >= 1],
  topP: ['a number above 0, at most 1', (value) => value > 0 && value <= 1],
  repetitionPenalty: ['a number above 0', (value) => value > 0 && Number.isFinite(value)],
  seed: ['a whole number', Number.isSafeInteger],
};

/** @throws CoppiceFailure InvalidInput with every option that is out of its range */
export function checkSampling(options: SamplingOptions): void {
  const problems = (Object.keys(rules) as (keyof SamplingOptions)[]).flatMap((name) => {
    const value = options[name];
    const [expected, holds] = rules[name];
    return value === undefined || holds(value) ? [] : [`${name}: expected ${expected}, got ${value}`];
  });
  if (problems.length > 0) throw new CoppiceFailure('InvalidInput', problems.join('; '));
}

/**
 * @param logits [V], changed in place
 * @param before ids of the prompt and of what was generated so far
 * @returns the id of the next token
 * @throws CoppiceFailure InvariantViolated where the logits are not numbers
 */
export type Sampler = (logits: Float32Array, before: readonly number[]) => number;

/**
 * @param row tells texts of one seed apart, so that each is what it is whatever else is generated beside it
 * @throws CoppiceFailure InvalidInput with every option that is out of its range
 */
export function createSampler(options: SamplingOptions, row = 0): Sampler {
  checkSampling(options);
  const { temperature = 1, topK, topP = 1, repetitionPenalty = 1, seed = 0 } = options;
  const random = createRandom(seed, row);
  return (logits, before) => {
    penalizeRepetition(logits, before, repetitionPenalty);
    if (temperature === 0) return likeliest(logits);
    divideByTemperature(logits, temperature);
    if (topK !== undefined) keepTopK(logits, topK);
    keepTopP(logits, topP);
    return draw(logits, random.next());
  };
}

/** @returns the id of the largest logit, of equal ones the least */
export function likeliest(logits: Float32Array): number {
  let best = -1;
  let top = -Infinity;
  for (let id = 0; id < logits.length; id += 1) {
    if (logits[id] > top) {
      top = logits[id];
      best = id;
    }
  }
  if (best < 0) throw notNumbers();
  return best;
}

/** @param at where in the tokens' probabilities, laid end to end, in [0, 1) */
function draw(logits: Float32Array, at: number): number {
  const probabilities = softmaxOf(logits);
  let left = at;
  for (let id = 0; id < probabilities.length; id += 1) {
    left -= probabilities[id];
    if (left < 0) return id;
  }
  if (Number.isNaN(left)) throw notNumbers();
  return likeliest(logits); // rounding left a remainder
}

const notNumbers = (): CoppiceFailure =>
  new CoppiceFailure('InvariantViolated', 'logits of the model are not numbers');
