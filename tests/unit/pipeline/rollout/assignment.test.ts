import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import { assignArm, hashToUnit, type WeightedArm } from '../../../../pipeline/rollout/assignment.ts';

/** Arms whose weights are hundredths that sum to one. */
const armsOfHundredths = fc
  .array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 5 })
  .filter((parts) => parts.some((part) => part > 0))
  .map((parts) => {
    const total = parts.reduce((sum, part) => sum + part, 0);
    return parts.map((part, index): WeightedArm => ({ version: `v${index}`, weight: part / total }));
  });

const subjects = (count: number) => Array.from({ length: count }, (_, index) => `subject-${index}`);

describe('hashToUnit', () => {
  it('tells apart texts that concatenate to the same', () => {
    expect(hashToUnit(['ab', 'c'])).not.toBe(hashToUnit(['a', 'bc']));
  });

  it('is spread evenly: each tenth gets its share within six standard deviations', () => {
    const tenths = new Map<number, number>();
    for (const subject of subjects(20_000)) {
      const tenth = Math.floor(hashToUnit(['spread', subject]) * 10);
      tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1);
    }
    expect(tenths.size).toBe(10);
    for (const count of tenths.values()) expect(Math.abs(count - 2_000)).toBeLessThan(6 * Math.sqrt(1_800));
  });
});

describe('assignArm', () => {
  it('is sticky, whatever the order of the arms', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), armsOfHundredths, (experiment, subject, arms) => {
        const arm = assignArm(experiment, subject, arms);
        expect(assignArm(experiment, subject, [...arms].reverse())).toBe(arm);
      }),
    );
  });

  it('keeps every subject of an arm whose share grows at the expense of the others', () => {
    fc.assert(
      fc.property(
        fc.string(),
        armsOfHundredths,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (subject, arms, growth) => {
          const arm = assignArm('e', subject, arms);
          const grown = arms.map(({ version, weight }) => ({
            version,
            weight: version === arm ? weight + (1 - weight) * growth : weight * (1 - growth),
          }));
          expect(assignArm('e', subject, grown)).toBe(arm);
        },
      ),
    );
  });

  it('moves no subject between two arms when a third one takes share from both', () => {
    const before = [
      { version: 'a', weight: 0.5 },
      { version: 'b', weight: 0.5 },
    ];
    const after = [
      { version: 'a', weight: 0.4 },
      { version: 'b', weight: 0.4 },
      { version: 'c', weight: 0.2 },
    ];
    const moves = new Set(
      subjects(2_000).map((it) => `${assignArm('e', it, before)}${assignArm('e', it, after)}`),
    );
    expect([...moves].sort()).toEqual(['aa', 'ac', 'bb', 'bc']);
  });

  it.each([0.05, 0.25, 0.5, 0.9])(
    'gives the challenger a share of %d within five standard deviations',
    (weight) => {
      const arms = [
        { version: '1', weight: 1 - weight },
        { version: '2', weight },
      ];
      const count = 20_000;
      const got = subjects(count).filter((subject) => assignArm('shares', subject, arms) === '2').length;
      expect(Math.abs(got - count * weight)).toBeLessThan(5 * Math.sqrt(count * weight * (1 - weight)));
    },
  );

  it('assigns independently in different experiments, whatever they are called and whatever their shares', () => {
    const share = fc.integer({ min: 10, max: 90 }).map((percent) => percent / 100);
    const experiment = fc.tuple(fc.string(), share);
    fc.assert(
      fc.property(experiment, experiment, ([first, one], [second, other]) => {
        fc.pre(first !== second);
        const count = 1_000;
        const inBoth = subjects(count).filter((it) =>
          [[first, one] as const, [second, other] as const].every(
            ([name, weight]) =>
              assignArm(name, it, [
                { version: '1', weight: 1 - weight },
                { version: '2', weight },
              ]) === '2',
          ),
        ).length;
        const expected = one * other;
        // Six standard errors: a chance of 2 in 10⁹ for each of a hundred pairs.
        expect(Math.abs(inBoth / count - expected)).toBeLessThan(
          6 * Math.sqrt((expected * (1 - expected)) / count),
        );
      }),
      { seed: 9, numRuns: 100 },
    );
  });

  it('never chooses an arm of weight zero and always one of weight one', () => {
    fc.assert(
      fc.property(fc.string(), (subject) => {
        const arms = [
          { version: '1', weight: 1 },
          { version: '2', weight: 0 },
        ];
        expect(assignArm('e', subject, arms)).toBe('1');
      }),
    );
  });

  it.each([
    ['none', [], 'sum to 0'],
    ['a sum below one', [{ version: '1', weight: 0.5 }], 'sum to 0.5'],
    [
      'a negative weight',
      [
        { version: '1', weight: 1.5 },
        { version: '2', weight: -0.5 },
      ],
      '-0.5',
    ],
    ['a weight that is no number', [{ version: '1', weight: Number.NaN }], 'NaN'],
    [
      'a version twice',
      [
        { version: '1', weight: 0.5 },
        { version: '1', weight: 0.5 },
      ],
      'twice',
    ],
  ])('refuses %s', (_, arms, problem) => {
    const assign = () => assignArm('e', 's', arms);
    expect(assign).toThrow(CoppiceFailure);
    expect(assign).toThrow(problem);
  });
});
