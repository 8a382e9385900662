import { expect, it } from 'vitest';
import { type Approval, refuseApproval } from '../../../contracts/approval.ts';

const evidence = `sha256:${'a'.repeat(64)}`;
const other = `sha256:${'b'.repeat(64)}`;
const waiting: Approval = { evidence, requesters: ['kim'], mustDiffer: true, overdue: false };

it('counts where somebody else approves on the evidence that was judged', () => {
  expect(refuseApproval(waiting, { by: 'lee', evidence })).toBeUndefined();
  expect(refuseApproval({ ...waiting, mustDiffer: false }, { by: 'kim', evidence })).toBeUndefined();
});

it.each([
  ['whoever asked for it', { by: 'kim', evidence }, /^kim asked for it, so somebody else must approve/],
  ['who does not say on what', { by: 'lee' }, /does not say what it rests on: expected sha256:a/],
  ['who saw something else', { by: 'lee', evidence: other }, /rests on sha256:b.* was judged on sha256:a/],
])('does not count of %s', (_who, word, why) => {
  expect(refuseApproval(waiting, word)).toMatch(why);
});

it('needs no evidence in a phase that has gone on from it', () => {
  const { evidence: _evidence, ...later } = waiting;
  expect(refuseApproval(later, { by: 'lee' })).toBeUndefined();
  expect(refuseApproval(later, { by: 'kim' })).toMatch(/somebody else/);
});
