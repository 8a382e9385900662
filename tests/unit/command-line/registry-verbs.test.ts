import { expect, it } from 'vitest';
import { describeKeys } from '../../../command-line/commands/keys.ts';
import { describeReports } from '../../../command-line/commands/ledger.ts';
import { versionsText } from '../../../command-line/commands/registry.ts';
import type { VersionSummary } from '../../../contracts/control-api.ts';

const report = (problems: string[]) => ({
  model: 'mail-filter',
  entries: 8,
  documents: 9,
  head: { sequence: 8, hash: 'abcdef0123456789'.repeat(4) },
  problems,
});

it('tells of each ledger whether it holds and up to where, its problems first', () => {
  expect(describeReports([report([]), { ...report(['routing/x is refused: forged']), model: 'x' }])).toBe(
    [
      'mail-filter: 8 entries (up to 8, abcdef012345), 9 documents, all hold',
      'routing/x is refused: forged',
      'x: 8 entries (up to 8, abcdef012345), 9 documents, 1 problem',
    ].join('\n'),
  );
  expect(describeReports([])).toBe('there is no ledger yet');
});

it('shows which keys are trusted, and which was revoked, when, by whom and why', () => {
  const key = { algorithm: 'ed25519' as const, publicKey: 'PEM' };
  const revoked = { at: '2026-05-03T10:00:00.000Z', by: 'kim', reason: 'lost', heads: {} };
  const text = describeKeys({
    generation: 3,
    keys: [
      { ...key, keyId: '0123456789abcdef', addedAt: '2026-05-01T10:00:00.000Z', revoked },
      { ...key, keyId: 'fedcba9876543210' },
    ],
  });
  expect(text).toMatch(/^0123456789abcdef .*revoked .* by kim: lost$/m);
  expect(text).toMatch(/^fedcba9876543210 +trusted$/m);
  expect(text).toMatch(/^generation 3$/m);
});

it('lists versions with their figures, and what a search found for one of them', () => {
  const version = (number: number, changes: Partial<VersionSummary> = {}): VersionSummary => ({
    ...{ model: 'mail-filter', version: number, state: 'retired', createdAt: '2026-05-03T10:00:00.000Z' },
    ...{ trigger: { kind: 'person', name: 'kim' }, metrics: { accuracy: 0.9657 }, digest: 'sha256:0' },
    ...changes,
  });
  const hyperparameters = { 'fineTuning.learningRate': 0.002, 'fineTuning.schedule': 'cosine' };
  expect(versionsText([version(1), version(2, { hyperparameters })]).split('\n')).toEqual([
    'version        state    made                 based on  served in  because of  accuracy  found by search',
    'mail-filter@1  retired  2026-05-03 10:00:00            float32    person      0.966',
    'mail-filter@2  retired  2026-05-03 10:00:00            float32    person      0.966     learningRate 0.002, schedule cosine',
  ]);
  expect(versionsText([version(1)])).not.toContain('search');
});
