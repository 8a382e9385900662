// docs/reference/rollout-statistics.md is what the seeds give; a row of each table is made again.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  groupEffects,
  groupsRow,
  pairEffects,
  pairedOutcomeRow,
  pairsRow,
  rareRow,
  repeatedRow,
  testNames,
} from '../../support/rollout-statistics.ts';

const page = readFileSync(new URL('../../../docs/reference/rollout-statistics.md', import.meta.url), 'utf8');
const lines = page.split('\n');

it('the tables of how often rollouts are wrong are those that the seeds give', () => {
  expect(lines).toContain(pairsRow('asymptotic sequence', 0.1));
  expect(lines).toContain(pairsRow('bets (`exact`)', 0.1));
  expect(lines).toContain(groupsRow(0.2));
});

it('so is that of subjects with one version or both', () => {
  expect(lines).toContain(repeatedRow('interleaved', 0.15));
});

it('so are those of what language models say', () => {
  expect(lines).toContain(pairedOutcomeRow('preference', 0.2));
  expect(lines).toContain(pairedOutcomeRow('accepted-likelihood', 0.02));
  expect(lines).toContain(rareRow(0.1));
});

it('every test that a rollout uses is there, and keeps to its level', () => {
  for (const name of testNames)
    for (const effect of pairEffects)
      expect(lines.some((line) => line.startsWith(`| ${name} | ${effect.toFixed(2)} |`))).toBe(true);
  expect(lines.filter((line) => line.startsWith('| two groups'))).toHaveLength(groupEffects.length);
  const falseAlarms = lines
    .filter((line) => line.split('|').at(2)?.trim() === '0.00')
    .map((line) => [line.split('|').at(1)?.trim(), Number.parseFloat(line.split('|').at(3) ?? '')] as const);
  // Three standard errors of the experiments of a row.
  for (const [name, percent] of falseAlarms)
    if (name?.startsWith('z test') === false) expect(percent, name).toBeLessThanOrEqual(8.3);
  expect(falseAlarms.find(([name]) => name?.startsWith('z test'))?.[1]).toBeGreaterThan(20);
});
