// Golden numbers of tests/golden/make-rollout.py, typed.
import { readFileSync } from 'node:fs';

interface RolloutGolden {
  readonly sequences: {
    readonly xs: readonly number[];
    readonly looks: readonly {
      readonly alpha: number;
      readonly optimalSample: number;
      readonly rho: number;
      readonly n: number;
      readonly interval: readonly [number, number];
    }[];
  };
  readonly sampleRatios: readonly {
    readonly counts: readonly number[];
    readonly shares: readonly number[];
    readonly logBayesFactor: number;
  }[];
  readonly losses: {
    readonly probabilities: readonly (readonly number[])[];
    readonly truths: readonly number[];
    readonly meanLogLoss: number;
    readonly meanBrier: number;
    readonly binary: readonly number[];
    readonly positives: readonly number[];
    readonly meanBinaryBrier: number;
  };
}

const file = new URL('../../../golden/rollout.json', import.meta.url);

export const golden = JSON.parse(readFileSync(file, 'utf8')) as RolloutGolden;

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface SequencesGolden {
  readonly oneSided: {
    readonly xs: readonly number[];
    readonly looks: readonly {
      readonly alpha: number;
      readonly optimalSample: number;
      readonly rho: number;
      readonly n: number;
      readonly bounds: readonly [number, number];
      readonly p: number;
    }[];
  };
  readonly bets: {
    readonly series: Readonly<Record<string, readonly number[]>>;
    readonly cases: readonly {
      readonly name: string;
      readonly n: number;
      readonly alpha: number;
      readonly bounds: readonly [number, number];
    }[];
  };
  readonly mixtureRatios: {
    readonly xs: readonly number[];
    readonly cases: readonly {
      readonly n: number;
      readonly value: number;
      readonly scale: number;
      readonly logRatio: number;
    }[];
  };
  readonly families: readonly { readonly pValues: readonly number[]; readonly holm: readonly number[] }[];
  readonly covariate: {
    readonly xs: readonly number[];
    readonly ys: readonly number[];
    readonly slope: number;
    readonly varianceKept: number;
  };
}

/** Golden numbers of tests/golden/make-rollout-sequences.py. */
export const sequences = JSON.parse(
  readFileSync(new URL('../../../golden/rollout-sequences.json', import.meta.url), 'utf8'),
) as SequencesGolden;
