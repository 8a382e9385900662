// What changes the logits of a next token before it is drawn, each as in transformers: the repetition penalty (Keskar et
// al. 2019, arXiv:1909.05858, section 4.1), temperature, top-k (Fan et al. 2018, arXiv:1805.04833), and top-p (Holtzman et
// al. 2020, arXiv:1904.09751). All work in place on [V] logits; a token that cannot be drawn any more has −∞.
import { largest } from './largest.ts';

/**
 * Makes tokens that were there before less likely: positive logits are divided, negative ones multiplied, once each.
 * @param before ids of the prompt and of what was generated
 * @param penalty above 0; 1 changes nothing, less than 1 favours repetition
 */
export function penalizeRepetition(logits: Float32Array, before: Iterable<number>, penalty: number): void {
  if (penalty === 1) return;
  for (const id of new Set(before)) logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
}

/** @param temperature above 0; below 1 likely tokens become more likely */
export function divideByTemperature(logits: Float32Array, temperature: number): void {
  if (temperature === 1) return;
  for (let id = 0; id < logits.length; id += 1) logits[id] /= temperature;
}

/** Keeps the tokens of the largest logits, and those that equal the least of them. */
export function keepTopK(logits: Float32Array, count: number): void {
  if (count >= logits.length) return;
  const least = logits[largest(logits, count)[count - 1]];
  for (let id = 0; id < logits.length; id += 1) if (logits[id] < least) logits[id] = -Infinity;
}

/**
 * Keeps the fewest most likely tokens whose probabilities add up to a share, at least one.
 * @param share in (0, 1]
 */
export function keepTopP(logits: Float32Array, share: number): void {
  if (share >= 1) return;
  const probabilities = softmaxOf(logits);
  const spare = 1 - share;
  // All that are below this together stay below what is to go, so only the others need an order.
  const surely = spare / logits.length;
  let gone = 0;
  const others: number[] = [];
  for (let id = 0; id < logits.length; id += 1) {
    if (probabilities[id] >= surely) {
      others.push(id);
      continue;
    }
    gone += probabilities[id];
    logits[id] = -Infinity;
  }
  others.sort((a, b) => probabilities[a] - probabilities[b]);
  others.pop(); // the likeliest stays in any case
  for (const id of others) {
    gone += probabilities[id];
    if (gone > spare) return;
    logits[id] = -Infinity;
  }
}

/** [V] → [V], in double precision; logits of −∞ have probability 0. */
export function softmaxOf(logits: Float32Array): Float64Array {
  const probabilities = new Float64Array(logits.length);
  const total = logSumOf(logits);
  for (let id = 0; id < logits.length; id += 1) probabilities[id] = Math.exp(logits[id] - total);
  return probabilities;
}

/** ln(Σ exp(logits)), by which logits become logarithms of probabilities. */
export function logSumOf(logits: Float32Array): number {
  let top = -Infinity;
  for (let id = 0; id < logits.length; id += 1) if (logits[id] > top) top = logits[id];
  let total = 0;
  for (let id = 0; id < logits.length; id += 1) total += Math.exp(logits[id] - top);
  return top + Math.log(total);
}
