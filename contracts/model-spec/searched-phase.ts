// Which phase a search is about, which of its fields can be searched, and what is wrong with a space.
import type { z } from 'zod';
import type { TrainingSpec } from './learning.ts';
import { fineTuningSchema, pretrainingSchema, supervisedFineTuningSchema } from './learning.ts';
import type { Dimension, Hyperparameters, SearchSpec } from './search.ts';

const ofAnyPhase = [
  'learningRate',
  'warmupFraction',
  'schedule',
  'optimizer',
  'weightDecay',
  'dropout',
] as const;

/**
 * What changes neither how long a step or a phase is nor what it is validated on: losses after as many steps must be
 * comparable.
 */
const searchable = {
  pretraining: { schema: pretrainingSchema, fields: ofAnyPhase },
  fineTuning: {
    schema: fineTuningSchema,
    fields: [...ofAnyPhase, 'tokenNoise', 'labelSmoothing', 'classWeights'],
  },
  supervisedFineTuning: { schema: supervisedFineTuningSchema, fields: ofAnyPhase },
} as const;

/** A phase, as the model file calls it. */
export type SearchedPhase = keyof typeof searchable;
/** By the name that the trainer knows it by. */
export const modelFilePhases = {
  pretraining: 'pretraining',
  'fine-tuning': 'fineTuning',
  'supervised-fine-tuning': 'supervisedFineTuning',
} as const satisfies Readonly<Record<string, SearchedPhase>>;
const phases = Object.keys(searchable) as SearchedPhase[];

/** Each of `phases` in `pretraining.learningRate` and its like, and the field. */
const partsOf = (path: string): readonly [phase: string, field: string] => {
  const dot = path.indexOf('.');
  return [path.slice(0, Math.max(0, dot)), path.slice(dot + 1)];
};

/** @returns the phase that a checked space is about */
export function searchedPhase({ space }: Pick<SearchSpec, 'space'>): SearchedPhase {
  const named = partsOf(Object.keys(space)[0] ?? '')[0];
  const phase = phases.find((it) => it === named);
  if (phase === undefined) throw new RangeError(`a space was not checked: ${Object.keys(space).join(', ')}`);
  return phase;
}

/** @returns the name that the phase knows a hyperparameter by */
export const fieldOf = (path: string): string => partsOf(path)[1];

/** `learningRate 0.0005, dropout 0.1`: all of one phase. */
export function hyperparametersText(hyperparameters: Hyperparameters): string {
  return Object.entries(hyperparameters)
    .map(([path, value]) => `${fieldOf(path)} ${value}`)
    .join(', ');
}

interface SearchProblem {
  /** Below `training`. */
  readonly path: (string | number)[];
  readonly message: string;
}

/** @returns everything that a search asks for and the training does not have */
export function* searchProblems(training: TrainingSpec): Generator<SearchProblem> {
  const { search } = training;
  if (search === undefined) return;
  const paths = Object.keys(search.space);
  const named = [...new Set(paths.map((path) => partsOf(path)[0]))];
  if (paths.length === 0) yield problem(['space'], 'expected one hyperparameter at least');
  else if (named.length > 1)
    yield problem(['space'], `expected hyperparameters of one phase, not of ${named.join(' and ')}`);
  if (search.maximumSteps !== undefined && search.maximumSteps < search.minimumSteps)
    yield problem(['maximumSteps'], `expected ${search.minimumSteps}, the minimumSteps, or more`);
  if (paths.length > 0 && Object.values(search.space).every((it) => Array.isArray(it) && it.length === 1))
    yield problem(['space'], 'expected two combinations at least: there is nothing to choose from');
  const phaseSteps = named.length === 1 ? phaseNamed(training, named[0])?.maximumSteps : undefined;
  if (phaseSteps !== undefined && phaseSteps < search.minimumSteps)
    yield problem(['minimumSteps'], `expected ${phaseSteps} at most: the maximumSteps of ${named[0]}`);
  for (const [path, dimension] of Object.entries(search.space))
    yield* dimensionProblems(path, dimension, training);
}

function phaseNamed(training: TrainingSpec, name: string) {
  const phase = phases.find((it) => it === name);
  return phase && training[phase];
}

function* dimensionProblems(
  path: string,
  dimension: Dimension,
  training: TrainingSpec,
): Generator<SearchProblem> {
  const [named, field] = partsOf(path);
  const phase = phases.find((it) => it === named);
  const here = ['space', path];
  if (phase === undefined) {
    yield problem(here, `expected a field of ${phases.join(' or ')}`);
    return;
  }
  const { schema, fields } = searchable[phase];
  if (!fields.some((it) => it === field)) {
    yield problem(here, `cannot be searched; of ${phase} can ${fields.join(', ')}`);
    return;
  }
  if (training[phase] === undefined) yield problem(here, `the model file has no ${phase}`);
  const fieldSchema = new Map<string, z.ZodType>(Object.entries(schema.shape)).get(field);
  for (const { at, value } of edgesOf(dimension)) {
    const parsed = fieldSchema?.safeParse(value);
    for (const { message } of parsed?.error?.issues ?? []) yield problem([...here, ...at], message);
  }
  yield* intervalProblems(here, dimension);
}

function* intervalProblems(here: (string | number)[], dimension: Dimension): Generator<SearchProblem> {
  if (Array.isArray(dimension)) {
    if (new Set(dimension).size < dimension.length) yield problem(here, 'expected each value once');
    return;
  }
  const kind = 'uniform' in dimension ? 'uniform' : 'logUniform';
  const [from, to] = 'uniform' in dimension ? dimension.uniform : dimension.logUniform;
  if (!(from < to)) yield problem([...here, kind], `expected [from, to] with ${from} below ${to}`);
  if (kind === 'logUniform' && from <= 0)
    yield problem([...here, kind, 0], 'expected more than 0, which has no logarithm');
}

/** Every value of a list, both ends of an interval: what the phase's schema must take. */
function edgesOf(dimension: Dimension): { at: (string | number)[]; value: unknown }[] {
  if (Array.isArray(dimension)) return dimension.map((value, index) => ({ at: [index], value }));
  const [kind, ends] = Object.entries(dimension)[0] as [string, readonly number[]];
  return ends.map((value, index) => ({ at: [kind, index], value }));
}

const problem = (path: (string | number)[], message: string): SearchProblem => ({
  path: ['search', ...path],
  message,
});
