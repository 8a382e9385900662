// A person holds a rollout where it is. Nothing moves forward meanwhile, and patience does not run out; what is found
// worse or unhealthy goes back all the same, or a pause would keep a bad version in traffic.
import type { Look, RolloutDecision } from '../contracts/messages.ts';
import type { Audience } from './approval.ts';

/** Takes up what a person says: a pause and its end at once, a decision at the next look. A decision ends a pause. */
export function hear(rollout: Audience, decision: RolloutDecision): void {
  if (decision.decision === 'pause') {
    const { by, reason } = decision;
    rollout.tracker.pause({ by, reason, since: rollout.tracker.paused()?.since ?? new Date().toISOString() });
    return;
  }
  const paused = rollout.tracker.paused();
  if (paused) {
    rollout.pausedMs += Date.now() - Date.parse(paused.since);
    rollout.tracker.pause(undefined);
  }
  if (decision.decision !== 'resume') rollout.word = decision;
}

/** @returns milliseconds that the rollout was held so far, the present pause among them */
export function heldMs({ tracker, pausedMs }: Audience): number {
  const paused = tracker.paused();
  return pausedMs + (paused ? Date.now() - Date.parse(paused.since) : 0);
}

/** Whether a look must wait for the end of a pause before anything follows from it. */
export function isHeld({ tracker }: Audience, { verdict }: Look): boolean {
  return tracker.paused() !== undefined && verdict !== 'rollback' && verdict !== 'unhealthy';
}
