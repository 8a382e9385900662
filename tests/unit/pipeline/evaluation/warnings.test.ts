import { describe, expect, it } from 'vitest';
import { findWarnings } from '../../../../pipeline/evaluation/warnings.ts';

const table = (accuracy: number) => ({ accuracy: { value: accuracy, interval: null } });
const labelled = (cats: number, dogs: number): number[] => [
  ...Array.from({ length: cats }, () => 0),
  ...Array.from({ length: dogs }, () => 1),
];
const classNames = ['cat', 'dog'];

describe('warnings', () => {
  it('say that accuracy misleads where 95 % are cats', () => {
    const warnings = findWarnings({
      classNames,
      labels: labelled(950, 50),
      candidate: table(0.97),
      majority: table(0.95),
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('95 % of the held-out documents are “cat”');
    expect(warnings[0]).toContain('an accuracy of 0.950 and learns nothing');
  });

  it('are silent where classes are balanced and the candidate beats guessing', () => {
    const labels = labelled(60, 40);
    expect(findWarnings({ classNames, labels, candidate: table(0.8), majority: table(0.6) })).toEqual([]);
  });

  it('say that the candidate is no better than the most frequent label', () => {
    const labels = labelled(60, 40);
    expect(findWarnings({ classNames, labels, candidate: table(0.6), majority: table(0.6) })).toEqual([
      "The candidate's accuracy of 0.600 is no better than the 0.600 of always answering the most frequent label.",
    ]);
  });

  it('say which classes are rare or missing', () => {
    const labels = labelled(30, 15);
    const warnings = findWarnings({
      classNames: [...classNames, 'newt'],
      labels,
      candidate: table(0.9),
      majority: table(0.6),
    });
    expect(warnings).toEqual([
      'Only 15 held-out documents are “dog”: figures of that class are rough.',
      'No held-out document is “newt”: nothing here tells how well it is found.',
    ]);
  });
});
