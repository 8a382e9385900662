// Approval of a version by a person: what it must rest on, who may give it, and by when.
import type { Digest } from './artifact.ts';

/** What waits for a person's word, as the query `status` of a rollout tells it. */
export interface Approval {
  /** Of the verdict on the gates and the metrics behind it: what an approver has seen. Absent once it was approved. */
  readonly evidence?: Digest;
  /** Who asked for the rollout, and for the run that made the version. */
  readonly requesters: readonly string[];
  /** Whoever asked for it may not approve it. */
  readonly mustDiffer: boolean;
  /** ISO 8601; absent where a person is waited for without a bound. */
  readonly deadline?: string;
  /** The deadline has passed, and the version is held. */
  readonly overdue: boolean;
  /** The newest approval that did not count, in words. */
  readonly refused?: string;
}

/** @returns why an approval does not count, or nothing where it does */
export function refuseApproval(
  { evidence, requesters, mustDiffer }: Approval,
  word: { readonly by: string; readonly evidence?: Digest | undefined },
): string | undefined {
  if (mustDiffer && requesters.includes(word.by))
    return `${word.by} asked for it, so somebody else must approve (rollout.approverMustDiffer)`;
  if (evidence === undefined || word.evidence === evidence) return undefined;
  return word.evidence === undefined
    ? `the approval of ${word.by} does not say what it rests on: expected ${evidence}`
    : `the approval of ${word.by} rests on ${word.evidence}, and the version was judged on ${evidence}`;
}
