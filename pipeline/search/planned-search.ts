// What a search will take, before its trials are drawn: as its heaviest trial, as many rungs as without divergence.
import type { TrainingSpec } from '../../contracts/model-spec/learning.ts';
import type { Dimension } from '../../contracts/model-spec/search.ts';
import { searchedPhase } from '../../contracts/model-spec/searched-phase.ts';
import type { Rung } from './halving.ts';
import { plannedRungs, stepsOf } from './halving.ts';
import { sampleTrials } from './sampling.ts';

/**
 * @returns the training with each set of hyperparameters of its space that memory depends on; by itself where nothing is
 * searched
 */
export function trainingsByMemory(training: TrainingSpec): TrainingSpec[] {
  const { search } = training;
  if (search === undefined) return [training];
  const phase = searchedPhase(search);
  const options = training[phase];
  if (options === undefined) return [training];
  const optimizers = valuesOf(search.space[`${phase}.optimizer`], options.optimizer);
  const dropout = Math.max(...valuesOf(search.space[`${phase}.dropout`], options.dropout).map(Number));
  return optimizers.map((optimizer) => ({
    ...training,
    [phase]: { ...options, dropout, optimizer },
  }));
}

/** A list's values, an interval's ends; those of the model file where it is not searched. */
function valuesOf(dimension: Dimension | undefined, own: string | number): readonly (string | number)[] {
  if (dimension === undefined) return [own];
  if (Array.isArray(dimension)) return dimension;
  return 'uniform' in dimension ? dimension.uniform : dimension.logUniform;
}

/**
 * @param phaseSteps of the whole phase, in a trial
 * @returns its rungs, and the steps of all trials together
 */
export function planSearch(
  { search, seed }: Required<Pick<TrainingSpec, 'search' | 'seed'>>,
  phaseSteps: number,
): { rungs: Rung[]; steps: number } {
  const rungs = plannedRungs(sampleTrials(search, seed).length, { ...search, phaseSteps });
  return { rungs, steps: stepsOf(rungs) };
}
