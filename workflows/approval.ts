// The gate before any traffic: a person's word, on the evidence that was judged, by somebody who may give it, in time.
import { condition, patched, proxyActivities } from '@temporalio/workflow';
import type { RolloutActivities } from '../activities/rollout.ts';
import type { Approval } from '../contracts/approval.ts';
import { refuseApproval } from '../contracts/approval.ts';
import type { RolloutDecision, RolloutInput, RolloutResult } from '../contracts/messages.ts';
import { quick } from './activity-options.ts';
import type { RolloutTracker } from './rollout-tracker.ts';

const { describeApproval } = proxyActivities<RolloutActivities>(quick);

/** A rollout, as much of it as hears people. */
export interface Audience {
  readonly input: RolloutInput;
  readonly tracker: RolloutTracker;
  /** The newest word of a person that decides, taken up at the next look. */
  word: RolloutDecision | undefined;
  /** Where the spec asks for approval: who may give it. */
  approval: Approval | undefined;
  /** How long people held it in pauses that have ended. */
  pausedMs: number;
  /** The word that let the version into traffic. */
  approvedBy: RolloutDecision | undefined;
}

/**
 * Waits for a person; nothing is in traffic meanwhile. The policy bounds the wait, or else nothing does.
 * @returns how the rollout ends where nobody lets the version in
 */
export async function awaitApproval(rollout: Audience): Promise<RolloutResult | undefined> {
  const { tracker, input } = rollout;
  // The last histories without it: rollout-approved.v1, rollout-rejected.v1.
  if (patched('2026-11-24-approval-on-evidence')) await openApproval(rollout);
  tracker.phase('approval'); // whoever sees it can see what to approve
  for (;;) {
    const heard = await hear(rollout);
    if (!heard) {
      if (input.policy.atApprovalDeadline === 'reject')
        return {
          verdict: 'rejected',
          reasons: [`nobody approved it before ${rollout.approval?.deadline ?? '?'}`],
        };
      show(rollout, { overdue: true });
      continue;
    }
    const word = takeWord(rollout);
    if (!word) continue;
    if (word.decision !== 'approve')
      return { verdict: 'rejected', reasons: [`rejected by ${word.by}: ${word.reason}`] };
    rollout.approvedBy = word;
    // Of later words only the speaker is asked about: they rest on what the rollout shows.
    if (rollout.approval) {
      const { evidence: _evidence, ...people } = rollout.approval;
      rollout.approval = people;
      tracker.approval(people);
    }
    return undefined;
  }
}

async function openApproval(rollout: Audience): Promise<void> {
  const { model, version, policy, requestedBy } = rollout.input;
  const described = await describeApproval({ model, version, requestedBy });
  const { approvalDeadlineSeconds } = policy;
  rollout.approval = {
    ...described,
    mustDiffer: policy.approverMustDiffer,
    overdue: false,
    ...(approvalDeadlineSeconds !== undefined && {
      deadline: new Date(Date.now() + approvalDeadlineSeconds * 1_000).toISOString(),
    }),
  };
  show(rollout, {});
}

/** @returns false where the deadline came first */
async function hear(rollout: Audience): Promise<boolean> {
  const spoken = () => rollout.word !== undefined;
  const { deadline, overdue = false } = rollout.approval ?? {};
  if (deadline !== undefined && !overdue)
    return condition(spoken, Math.max(1, Date.parse(deadline) - Date.now()));
  await condition(spoken);
  return true;
}

/**
 * A word is heard once: an approval of one phase says nothing about the next.
 * @returns nothing where nobody spoke, or where an approval does not count
 */
export function takeWord(rollout: Audience): RolloutDecision | undefined {
  const { word, approval } = rollout;
  rollout.word = undefined;
  if (word?.decision !== 'approve' || !approval) return word;
  const refused = refuseApproval(approval, word);
  if (refused === undefined) return word;
  show(rollout, { refused });
  return undefined;
}

function show(rollout: Audience, changes: Partial<Approval>): void {
  if (!rollout.approval) return;
  rollout.approval = { ...rollout.approval, ...changes };
  rollout.tracker.approval(rollout.approval);
}
