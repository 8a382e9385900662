// What a run tells of its losses: a curve of a hundred points or so, with validations now and then.
import type { Objective } from '../../pipeline/training/objective.ts';
import type { TrainingSession } from '../../pipeline/training/session.ts';
import type { StepReport } from '../../pipeline/training/train-step.ts';
import { validate } from '../../pipeline/training/train-step.ts';
import type { TrainingRecord } from './checkpoint.ts';

const CURVE_POINTS = 100; // with numbers written out some 10 KB, well below what a result may have
const VALIDATIONS = 4; // where no early stopping asks for more

/** A run of a phase, as far as its record is concerned. */
export interface RecordedRun {
  readonly objective: Objective;
  readonly session: TrainingSession;
  readonly record: TrainingRecord;
}

/**
 * Adds a step to the record: points of the curve are means over the steps since the last one.
 * @param step steps done
 * @returns the validation loss where the step was one to validate after
 */
export function recordStep(
  { objective, session, record }: RecordedRun,
  step: number,
  report: StepReport,
): number | undefined {
  record.tokensSeen += report.tokens;
  record.lossSum += report.loss;
  record.lossCount += 1;
  const validated = isValidated(objective, step);
  if (!validated && !crosses(step, objective.totalSteps, CURVE_POINTS)) return undefined;
  const validationLoss = validated ? validate(session, objective) : undefined;
  record.curve.push({
    step,
    trainingLoss: record.lossSum / record.lossCount,
    learningRate: report.learningRate,
    ...(validationLoss !== undefined && { validationLoss }),
  });
  record.lossSum = 0;
  record.lossCount = 0;
  return validationLoss;
}

function isValidated({ earlyStopping, totalSteps }: Objective, step: number): boolean {
  return earlyStopping?.isDue(step) ?? crosses(step, totalSteps, VALIDATIONS);
}

/** Whether a step is the first to reach one of `parts` equal parts of all steps; the last step always is. */
function crosses(step: number, totalSteps: number, parts: number): boolean {
  return Math.floor((step * parts) / totalSteps) > Math.floor(((step - 1) * parts) / totalSteps);
}
