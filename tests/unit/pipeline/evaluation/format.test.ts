import { describe, expect, it } from 'vitest';
import {
  formatApart,
  formatCount,
  formatNumber,
  formatShare,
} from '../../../../pipeline/evaluation/format.ts';

describe('numbers for people', () => {
  it('have three decimals, a true minus, and no negative zero', () => {
    expect(
      [0.12345, -0.5, -0.0001, Number.NaN, Number.POSITIVE_INFINITY].map((value) => formatNumber(value)),
    ).toEqual(['0.123', '−0.500', '0.000', '–', '–']);
  });

  it('get as many decimals as tell two of them apart', () => {
    expect(formatApart(0.1, 0.2)).toEqual(['0.100', '0.200']);
    expect(formatApart(0.93, 0.92999)).toEqual(['0.93000', '0.92999']);
  });

  it('are shares in per cent and counts with separators', () => {
    expect([0, 0.004, 0.214, 1, Number.NaN].map(formatShare)).toEqual(['0 %', '0.4 %', '21 %', '100 %', '–']);
    expect([7, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['7', '999', '1,000', '1,234,567']);
  });
});
