// Where a rollout stands, for the query `status` and the live details in the Temporal UI.
import { setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { ArmLook } from '../activities/rollout.ts';
import type { Approval } from '../contracts/approval.ts';
import type {
  Look,
  RolloutInput,
  RolloutPause,
  RolloutStatus,
  RolloutVerdict,
} from '../contracts/messages.ts';
import { rolloutStatusQuery } from './messages.ts';
import { rolloutDetails } from './story.ts';

export type RolloutTracker = ReturnType<typeof trackRollout>;

export function trackRollout(input: RolloutInput) {
  let status: RolloutStatus = { phase: 'deploying', step: 0, trafficFraction: 0 };
  let changes = 0;
  const update = (next: Partial<RolloutStatus>) => {
    status = { ...status, ...next };
    const versus = input.champion === undefined ? '' : ` against version ${input.champion}`;
    const others = input.others ? ` and ${input.others.join(', ')}` : '';
    setCurrentDetails(`Version ${input.version}${others}${versus}\n\n${rolloutDetails(status)}`);
  };
  setHandler(rolloutStatusQuery, () => status);
  return {
    phase: (phase: RolloutStatus['phase'], at: { step?: number; trafficFraction?: number } = {}) =>
      update({
        phase,
        ...(at.step !== undefined && { step: at.step }),
        ...(at.trafficFraction !== undefined && { trafficFraction: at.trafficFraction }),
      }),
    look: (look: Look) => update({ look }),
    arms: (arms: readonly ArmLook[]) => update({ arms }),
    approval: (approval: Approval) => update({ approval }),
    pause: (paused: RolloutPause | undefined) => {
      const { paused: _before, ...rest } = status;
      status = rest;
      update(paused ? { paused } : {});
    },
    /** Who holds the rollout where it is. */
    paused: () => status.paused,
    end: (verdict: RolloutVerdict) => update({ phase: 'ended', verdict }),
    /** Counts changes of the registry, so that each has an idempotency key of its own. */
    changed: () => {
      changes += 1;
    },
    changes: () => changes,
  };
}
