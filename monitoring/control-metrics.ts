// What the control API and the worker record about decisions: rollouts and alerts.
import type { Instruments } from './instruments.ts';

/** Where a rollout stands. */
interface RolloutStanding {
  readonly model: string;
  readonly version: string;
  /** A word of a closed set, such as `shadow` or `rolled-back`. */
  readonly state: string;
  /** Versions of one experiment are shown together; absent: a version by itself. */
  readonly experiment?: string;
  /** Mean loss of the champion less that of the challenger; absent before there are any pairs. */
  readonly estimate?: number;
  readonly interval?: { readonly lower: number; readonly upper: number } | null | undefined;
  /** Of the mismatch that holds it; absent: none does. */
  readonly holdPValue?: number;
}

export interface ControlMetrics {
  /** Shows the newest rollout of a model; the series of what was shown before go. */
  showRollout(standing: RolloutStanding): void;
  countAlert(alert: { model: string; alert: string; decision: string }): void;
}

export function createControlMetrics(instruments: Instruments): ControlMetrics {
  const shown = new Map<string, readonly RolloutStanding[]>();
  return {
    showRollout: (standing) => {
      const { model, version, state, estimate, interval, holdPValue } = standing;
      const { experiment } = standing;
      const isBeside = (it: RolloutStanding) =>
        experiment !== undefined && it.experiment === experiment && it.version !== version;
      const before = shown.get(model) ?? [];
      for (const it of before) if (!isBeside(it)) hideRollout(instruments, it);
      shown.set(model, [...before.filter(isBeside), standing]);
      instruments.rolloutState.set({ model, version, state }, 1);
      if (holdPValue !== undefined) instruments.rolloutHold.set({ model, version }, holdPValue);
      if (estimate === undefined) return;
      instruments.rolloutEstimate.set({ model, version, bound: 'estimate' }, estimate);
      if (!interval) return;
      instruments.rolloutEstimate.set({ model, version, bound: 'lower' }, interval.lower);
      instruments.rolloutEstimate.set({ model, version, bound: 'upper' }, interval.upper);
    },
    countAlert: (labels) => instruments.alertsReceived.inc(labels),
  };
}

function hideRollout(instruments: Instruments, { model, version, state }: RolloutStanding): void {
  instruments.rolloutState.remove({ model, version, state });
  instruments.rolloutHold.remove({ model, version });
  for (const bound of ['lower', 'estimate', 'upper'])
    instruments.rolloutEstimate.remove({ model, version, bound });
}
