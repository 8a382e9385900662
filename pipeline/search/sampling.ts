// The trials of a search: every point of a small finite space (grid search), else random draws, which find good values
// sooner where few of the dimensions matter (Bergstra & Bengio 2012, "Random Search for Hyper-Parameter Optimization").
import type {
  Dimension,
  Hyperparameter,
  Hyperparameters,
  SearchSpec,
} from '../../contracts/model-spec/search.ts';
import type { Random } from '../random.ts';
import { createRandom } from '../random.ts';

const STREAM = -1; // below those of training and of starting weights: a search draws nothing that they draw
const DIGITS = 3; // what a person copies into a model file

/**
 * @param seed of the run
 * @returns the hyperparameters of each trial: as many as asked for, each point of a finite space once at most
 * @example sampleTrials({ space: { 'fineTuning.dropout': [0, 0.1] }, trials: 9 }, 1)
 * // → [{ 'fineTuning.dropout': 0 }, { 'fineTuning.dropout': 0.1 }]
 */
export function sampleTrials(
  { space, trials }: Pick<SearchSpec, 'space' | 'trials'>,
  seed: number,
): Hyperparameters[] {
  const random = createRandom(seed, STREAM);
  const dimensions = Object.entries(space);
  const points = pointsOf(dimensions);
  if (points <= trials) return Array.from({ length: points }, (_, index) => pointAt(dimensions, index));
  const drawTrial = () =>
    Object.fromEntries(dimensions.map(([path, dimension]) => [path, draw(dimension, random)]));
  if (points === Infinity) return Array.from({ length: trials }, drawTrial);
  const drawn = new Map<string, Hyperparameters>();
  while (drawn.size < trials) {
    const trial = drawTrial();
    drawn.set(JSON.stringify(trial), trial);
  }
  return [...drawn.values()];
}

/** How many there are: infinitely many in an interval. */
function pointsOf(dimensions: readonly (readonly [string, Dimension])[]): number {
  return dimensions.reduce((product, [, it]) => product * (Array.isArray(it) ? it.length : Infinity), 1);
}

/** Counts through the lists, the last one fastest. */
function pointAt(dimensions: readonly (readonly [string, Dimension])[], index: number): Hyperparameters {
  let rest = index;
  const chosen: [string, Hyperparameter][] = [];
  for (const [path, dimension] of dimensions.toReversed()) {
    if (!Array.isArray(dimension)) throw new RangeError(`${path}: an interval has no points to count`);
    chosen.unshift([path, dimension[rest % dimension.length]]);
    rest = Math.floor(rest / dimension.length);
  }
  return Object.fromEntries(chosen);
}

function draw(dimension: Dimension, random: Random): Hyperparameter {
  if (Array.isArray(dimension)) return dimension[random.integer(dimension.length)];
  if ('uniform' in dimension) {
    const [from, to] = dimension.uniform;
    return within(from + random.next() * (to - from), from, to);
  }
  const [from, to] = dimension.logUniform;
  return within(from * (to / from) ** random.next(), from, to);
}

/** Rounded, and not out of the interval by that. */
function within(value: number, from: number, to: number): number {
  return Math.min(to, Math.max(from, Number(value.toPrecision(DIGITS))));
}
