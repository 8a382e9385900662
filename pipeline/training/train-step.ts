// One step of training, and the validation loss, with what counts as divergence.
import type { Objective, StepBatch } from './objective.ts';
import type { Schedule } from './schedule.ts';
import { learningRateAt } from './schedule.ts';
import type { StepResult, TrainingSession } from './session.ts';

/** What a step did. */
export interface StepReport extends StepResult {
  readonly learningRate: number;
  /** Positions computed. */
  readonly tokens: number;
}

/** The loss is not a number any more, or far above that of a model that knows nothing. */
export class Divergence extends Error {
  readonly step: number;
  readonly loss: number;

  constructor(step: number, loss: number) {
    super(`training diverged at step ${step}: loss ${loss}`);
    this.name = 'Divergence';
    this.step = step;
    this.loss = loss;
  }
}

const DIVERGENCE_FACTOR = 10; // single batches of a sound run reach 3 or 4

/**
 * Takes a step.
 * @param step from 0
 * @throws Divergence when loss or gradient are not finite, or the loss is ten times an ignorant model's; the parameters
 * have moved then, and are of no use any more
 */
export function trainStep(
  session: TrainingSession,
  { program, feeds, tokens }: StepBatch,
  { step, schedule, ignorantLoss }: Pick<Objective, 'ignorantLoss'> & { step: number; schedule: Schedule },
): StepReport {
  const learningRate = learningRateAt(schedule, step);
  const result = session.step(program, feeds, { step, learningRate });
  const sound = result.loss < DIVERGENCE_FACTOR * ignorantLoss && Number.isFinite(result.gradientNorm);
  if (!sound) throw new Divergence(step, result.loss);
  return { ...result, learningRate, tokens };
}

/** @returns the mean loss on rows that are not trained on; undefined where there are none. */
export function validate(
  session: TrainingSession,
  { validationBatches }: Pick<Objective, 'validationBatches'>,
): number | undefined {
  let sum = 0;
  let count = 0;
  for (const { program, feeds, rows } of validationBatches) {
    sum += session.validate(program, feeds) * rows;
    count += rows;
  }
  return count === 0 ? undefined : sum / count;
}
