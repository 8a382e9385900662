// Follows a rollout: a line for each phase that it enters, and for each look that found something new.
import type { CoppiceClient } from '../client/coppice-client.ts';
import { follow } from '../client/follow.ts';
import type { Approval } from '../contracts/approval.ts';
import type { Look, RolloutResult, RolloutStatus } from '../contracts/messages.ts';
import { hintAtInterrupt, tolerant } from './watch.ts';

/**
 * Watches a rollout to its end, on standard error.
 * @param workflowId `rollout/<model>/<version>`
 */
export async function watchRollout(client: CoppiceClient, workflowId: string): Promise<RolloutResult> {
  const [, model, version] = workflowId.split('/');
  let last = '';
  const look = async () => {
    const status = await client.rolloutStatus(model, Number(version));
    const line = status && describeRolloutStatus(status);
    if (line !== undefined && line !== last) process.stderr.write(`${line}\n`);
    last = line ?? last;
  };
  const stopHint = hintAtInterrupt(workflowId);
  try {
    return await follow(client.rolloutResult(model, Number(version)), tolerant(look), 1_000);
  } finally {
    stopHint();
  }
}

/** `canary 25 %   102 pairs, difference 0.2889 [0.0557, 0.5221]`. */
export function describeRolloutStatus({
  phase,
  trafficFraction,
  look,
  approval,
  paused,
}: RolloutStatus): string {
  if (phase === 'approval' && approval) return `${phase.padEnd(14)}  ${describeApproval(approval)}`;
  const share = phase === 'canary' ? ` ${(trafficFraction * 100).toFixed(0)} %` : '';
  const waits = look?.hold ? `  held by its sample ratio, p ${look.hold.pValue.toPrecision(2)}` : '';
  const held = paused ? `  paused by ${paused.by}${paused.reason && `: ${paused.reason}`}` : waits;
  return `${(phase + share).padEnd(14)}${look && look.pairs > 0 ? `  ${describeLook(look)}` : ''}${held}`.trimEnd();
}

function describeApproval({
  evidence,
  deadline,
  overdue,
  mustDiffer,
  requesters,
  refused,
}: Approval): string {
  const until = deadline === undefined ? '' : `, ${overdue ? 'overdue since' : 'until'} ${deadline}`;
  const others = mustDiffer ? `, not by ${requesters.join(' or ')}` : '';
  return [`on ${evidence ?? '?'}${until}${others}`, ...(refused === undefined ? [] : [refused])].join('; ');
}

function describeLook({ pairs, estimate, interval }: Look): string {
  const difference =
    estimate === undefined || !interval
      ? ''
      : `, difference ${estimate.toFixed(4)} [${interval.map((bound) => bound.toFixed(4)).join(', ')}]`;
  return `${pairs} pairs${difference}`;
}
