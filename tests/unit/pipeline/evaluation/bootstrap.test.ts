import { describe, expect, it } from 'vitest';
import type { Statistic } from '../../../../pipeline/evaluation/bootstrap.ts';
import {
  allOf,
  bootstrapInterval,
  bootstrapTable,
  difference,
  estimateOn,
  quantile,
} from '../../../../pipeline/evaluation/bootstrap.ts';
import { createRandom } from '../../../../pipeline/random.ts';
import { classification, distance } from './golden.ts';

const meanOf =
  (values: ArrayLike<number>): Statistic =>
  (indices) =>
    indices.reduce((sum, example) => sum + values[example], 0) / indices.length;

describe('bootstrap', () => {
  it('interpolates quantiles as numpy does', () => {
    const { sorted, shares, quantiles } = classification.quantiles;
    expect(
      distance(
        shares.map((share) => quantile(sorted, share)),
        quantiles,
      ),
    ).toBeLessThan(1e-12);
  });

  it('gives the same interval for the same seed and another for another', () => {
    const values = Float64Array.from({ length: 50 }, createRandom(1).normal);
    const options = { examples: 50, seed: 3, resamples: 200 };
    const first = bootstrapInterval(meanOf(values), options);
    expect(bootstrapInterval(meanOf(values), options)).toEqual(first);
    expect(bootstrapInterval(meanOf(values), { ...options, seed: 4 })).not.toEqual(first);
  });

  it('is as wide as theory says for a mean', () => {
    const values = Float64Array.from({ length: 400 }, createRandom(2).normal);
    const mean = meanOf(values)(Int32Array.from(values.keys()));
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const interval = bootstrapInterval(meanOf(values), { examples: 400, seed: 5, resamples: 4_000 });
    const half = (1.96 * deviation) / Math.sqrt(values.length);
    expect(Math.abs((interval?.low ?? Number.NaN) - (mean - half))).toBeLessThan(0.1 * half);
    expect(Math.abs((interval?.high ?? Number.NaN) - (mean + half))).toBeLessThan(0.1 * half);
  });

  it('holds the true mean about as often as it promises', () => {
    const random = createRandom(6);
    let held = 0;
    for (let study = 0; study < 300; study += 1) {
      const values = Float64Array.from({ length: 60 }, random.normal);
      const interval = bootstrapInterval(meanOf(values), {
        examples: 60,
        seed: study,
        resamples: 200,
        confidence: 0.9,
      });
      if (interval !== null && interval.low <= 0 && interval.high >= 0) held += 1;
    }
    expect(held / 300).toBeGreaterThan(0.84); // 0.9 less four standard errors
    expect(held / 300).toBeLessThan(0.96);
  });

  it('compares pairs far more sharply than their two intervals would', () => {
    const random = createRandom(7);
    const hardness = Float64Array.from({ length: 200 }, random.normal);
    const a = hardness.map((value) => value + 0.1 + 0.1 * random.normal());
    const b = hardness.map((value) => value + 0.1 * random.normal());
    const options = { examples: 200, seed: 8 };
    const interval = bootstrapInterval(difference(meanOf(a), meanOf(b)), options);
    expect(interval?.low).toBeGreaterThan(0.05);
    expect(interval?.high).toBeLessThan(0.15);
    const alone = bootstrapInterval(meanOf(a), options);
    expect((alone?.high ?? 0) - (alone?.low ?? 0)).toBeGreaterThan(0.2);
  });

  it('finds no difference between a system and itself', () => {
    const same = meanOf(Float64Array.from({ length: 30 }, createRandom(9).next));
    expect(bootstrapInterval(difference(same, same), { examples: 30, seed: 1 })).toEqual({
      ...{ low: 0, high: 0, confidence: 0.95 },
    });
  });

  it('leaves out resamples without a value, and gives no interval when they are many', () => {
    const values = [1, 2, 3, 4, 5, 6];
    const lackingOne: Statistic = (indices) => (indices.includes(0) ? meanOf(values)(indices) : Number.NaN);
    expect(bootstrapInterval(lackingOne, { examples: 6, seed: 1 })).toBeNull(); // a third lacks example 0
    const lackingAll: Statistic = (indices) =>
      new Set(indices).size > 1 ? meanOf(values)(indices) : Number.NaN;
    expect(bootstrapInterval(lackingAll, { examples: 6, seed: 1 })?.low).toBeGreaterThan(1);
  });

  it('gives no interval without examples, nor where all of them give no value', () => {
    expect(bootstrapInterval(() => 1, { examples: 0, seed: 1 })).toBeNull();
    const lackingAll: Statistic = (indices) => (new Set(indices).size === 6 ? Number.NaN : 1);
    expect(bootstrapInterval(lackingAll, { examples: 6, seed: 1 })).toBeNull();
  });

  it('leaves each example out once to tell how a metric is skewed, where there are not too many', () => {
    const lengths = new Set<number>();
    const left: number[] = [];
    const spy: Statistic = (indices) => {
      lengths.add(indices.length);
      if (indices.length === 19) left.push(190 - indices.reduce((sum, at) => sum + at, 0));
      return indices[0];
    };
    bootstrapInterval(spy, { examples: 20, seed: 1, resamples: 50 });
    expect([...lengths]).toEqual([20, 19]);
    expect(left).toEqual([...allOf(20)]);
    lengths.clear();
    bootstrapInterval(spy, { examples: 20, seed: 1, resamples: 50, method: 'percentile' });
    bootstrapInterval(spy, { examples: 2_001, seed: 1, resamples: 5 });
    expect([...lengths]).toEqual([20, 2_001]);
  });

  it('holds a rare error’s true rate more often than percentiles do, on both sides', () => {
    const random = createRandom(10);
    const missed = { bca: [0, 0], percentile: [0, 0] };
    for (let study = 0; study < 300; study += 1) {
      const values = Float64Array.from({ length: 40 }, () => -Math.log(1 - random.next())); // of mean 1, skewed
      for (const method of ['bca', 'percentile'] as const) {
        const interval = bootstrapInterval(meanOf(values), {
          ...{ examples: 40, seed: study, resamples: 400, method },
        });
        if ((interval?.low ?? 0) > 1) missed[method][0] += 1;
        if ((interval?.high ?? 0) < 1) missed[method][1] += 1;
      }
    }
    const apart = ([low, high]: number[]): number => high - low;
    expect(apart(missed.bca)).toBeLessThan(apart(missed.percentile));
    expect(missed.bca[1]).toBeLessThan(missed.percentile[1]);
  });

  it('tells many metrics by one count each, and those of a slice by its examples alone', () => {
    const values = Float64Array.from({ length: 40 }, createRandom(11).normal);
    const options = { examples: 40, seed: 2 };
    const both = bootstrapTable(
      ['mean', 'negative'],
      (indices) => ({ mean: meanOf(values)(indices), negative: -meanOf(values)(indices) }),
      options,
    );
    expect(both.mean).toEqual(bootstrapInterval(meanOf(values), options));
    expect(both.negative?.low).toBeCloseTo(-(both.mean?.high ?? Number.NaN), 12);
    const members = Int32Array.of(39, 3, 5, 7, 11, 13);
    const own = Float64Array.from(members, (member) => values[member]);
    expect(estimateOn(meanOf(values), members, { seed: 2 })).toEqual({
      value: meanOf(own)(allOf(6)),
      interval: bootstrapInterval(meanOf(own), { examples: 6, seed: 2 }),
    });
  });
});
