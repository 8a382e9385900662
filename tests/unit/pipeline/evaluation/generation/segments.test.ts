import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSumStatistic } from '../../../../../pipeline/evaluation/generation/segments.ts';

/** The sums themselves, as text. */
const shown = (rows: Float64Array, width: number) => {
  let told = '';
  createSumStatistic(rows, width, (sums) => {
    told = sums.join(' ');
    return 0;
  })(Int32Array.from({ length: rows.length / width }, (_, at) => (at * 3) % (rows.length / width)));
  return told;
};

describe('sums of what was counted', () => {
  it.each([2 ** 6, 2 ** 12, 2 ** 25, 2 ** 40])(
    'are exact for counts up to %i, however they are packed',
    (most) => {
      const counts = fc.array(fc.integer({ min: 0, max: most }), { minLength: 70, maxLength: 70 });
      fc.assert(
        fc.property(counts, fc.constantFrom(1, 2, 5, 7, 10), (numbers, width) => {
          const rows = Float64Array.from(numbers);
          const examples = rows.length / width;
          const expected = Array.from({ length: width }, (_, column) =>
            Array.from({ length: examples }, (__, at) => rows[((at * 3) % examples) * width + column]).reduce(
              (sum, value) => sum + value,
            ),
          );
          expect(shown(rows, width)).toBe(expected.join(' '));
        }),
      );
    },
  );

  it('take figures that are no counts, and examples more often than there are any', () => {
    expect(shown(Float64Array.of(0.5, -1, 0.25, 2), 2)).toBe('0.75 1');
    const statistic = createSumStatistic(Float64Array.of(1, 2), 1, ([sum]) => sum);
    expect(statistic(Int32Array.of(0, 1, 0, 1, 1))).toBe(8);
    expect(statistic(Int32Array.of())).toBe(0);
  });
});
