// What a learning curve says of fitting: the gap between training and validation, and whether training went on too long.
import type { CurvePoint } from '../../contracts/training-job.ts';
import { formatCount, formatNumber } from './format.ts';

/** A phase of training as its curve shows it; losses in nats. */
export interface Fit {
  /** Whose weights were taken: those that early stopping kept, or the last. */
  readonly step: number;
  readonly lastStep: number;
  /** Of the steps up to it: the mean of the last tenth of them. */
  readonly trainingLoss: number;
  readonly validationLoss: number;
  /** Validation less training: what it knows of its own documents only. */
  readonly gap: number;
  readonly lowest: { readonly step: number; readonly validationLoss: number };
  readonly kept: boolean;
  readonly verdict: 'overfitted' | 'stopped-in-time' | 'still-falling' | 'settled';
}

/** Validation losses differ by that share of themselves, or they are taken as equal: batches and documents are few. */
const NOTICEABLE = 0.02;

/** @returns null of a curve with fewer than two validation losses, or no training loss before them */
export function fitOf(curve: readonly CurvePoint[]): Fit | null {
  const validated = curve.flatMap(({ step, validationLoss, kept }) =>
    validationLoss === undefined || !Number.isFinite(validationLoss)
      ? []
      : [{ step, validationLoss, kept: kept === true }],
  );
  const last = validated.at(-1);
  if (last === undefined || validated.length < 2) return null;
  const lowest = validated.reduce((best, point) =>
    point.validationLoss < best.validationLoss ? point : best,
  );
  const kept = validated.find((point) => point.kept);
  const taken = kept ?? last;
  const trainingLoss = recentTraining(curve, taken.step);
  if (Number.isNaN(trainingLoss)) return null;
  const rose = last.validationLoss > lowest.validationLoss * (1 + NOTICEABLE);
  const before = validated.filter(({ step }) => step <= last.step * 0.75).at(-1) ?? validated[0];
  const falling = last.validationLoss < before.validationLoss * (1 - NOTICEABLE);
  return {
    ...{ step: taken.step, lastStep: last.step, trainingLoss, validationLoss: taken.validationLoss },
    gap: taken.validationLoss - trainingLoss,
    lowest: { step: lowest.step, validationLoss: lowest.validationLoss },
    kept: kept !== undefined,
    verdict: rose ? (kept ? 'stopped-in-time' : 'overfitted') : falling ? 'still-falling' : 'settled',
  };
}

/** @returns the fit in a few sentences */
export function describeFit({ step, lastStep, kept, lowest, verdict, ...losses }: Fit): string {
  const { trainingLoss, validationLoss, gap } = losses;
  const taken = `${kept ? 'Early stopping kept the weights of' : 'The weights are those of the last'} step${kept ? ` ${formatCount(step)} of ${formatCount(lastStep)}` : `, ${formatCount(step)}`}.`;
  const told = `There the validation loss is ${formatNumber(validationLoss)} and the training loss before it ${formatNumber(trainingLoss)}, a gap of ${formatNumber(gap)}.`;
  return `${taken} ${told} ${sentences[verdict](lowest, lastStep)}`;
}

const sentences: Readonly<Record<Fit['verdict'], (lowest: Fit['lowest'], lastStep: number) => string>> = {
  overfitted: ({ step, validationLoss }, lastStep) =>
    `Overfitting: the validation loss was lowest at step ${formatCount(step)}, ${formatNumber(validationLoss)}, and has risen in the ${formatCount(lastStep - step)} steps since; earlyStopping would keep the weights of that step.`,
  'stopped-in-time': () => 'The validation loss rose afterwards, so stopping there was right.',
  'still-falling': () => 'The validation loss was still falling at the end: a longer training may do better.',
  settled: () => 'The validation loss had settled by the end.',
};

/** The mean of the last tenth of the training losses up to a step, one at least; NaN where there are none. */
function recentTraining(curve: readonly CurvePoint[], upTo: number): number {
  const losses = curve.flatMap(({ step, trainingLoss }) =>
    step <= upTo && trainingLoss !== undefined && Number.isFinite(trainingLoss) ? [trainingLoss] : [],
  );
  const recent = losses.slice(-Math.max(1, Math.ceil(losses.length / 10)));
  return recent.reduce((sum, loss) => sum + loss, 0) / recent.length;
}
