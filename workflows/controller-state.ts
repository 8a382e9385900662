// What the controller knows and how it decides. No timers, no activities: the wiring is in controller.ts.
import type {
  Alert,
  ControllerState,
  Decision,
  HistoryEntry,
  OpenWork,
  RolloutFinished,
  RunFinished,
} from '../contracts/messages.ts';
import type { RetrainingSpec } from '../contracts/model-spec/judgement.ts';

/** So many alerts and history entries travel through continue-as-new. */
const remembered = 100;

export function emptyState(model: string): ControllerState {
  return { model, paused: false, waiting: [], handledAlerts: [], history: [] };
}

/** Names one firing of an alert; Alertmanager repeats it under the same key. */
export function alertKey({ fingerprint, startsAt }: Alert): string {
  return `${fingerprint}@${startsAt}`;
}

/**
 * @param now milliseconds since 1970
 * @returns why no run may start now, or nothing where one may
 */
export function refuseAlert(
  state: ControllerState,
  alert: Alert,
  { retraining, now }: { retraining: RetrainingSpec; now: number },
): Decision | undefined {
  if (alert.status === 'resolved') return { decision: 'resolved', reason: `${alert.name} has resolved` };
  if (!retraining.alerts.includes(alert.name)) {
    return { decision: 'ignored', reason: `${alert.name} is not among retraining.alerts` };
  }
  if (state.handledAlerts.includes(alertKey(alert))) {
    return { decision: 'duplicate', reason: 'this firing has been acted upon' };
  }
  const busy = refuseRun(state);
  if (busy) return busy;
  const rested =
    state.lastRunEndedAt === undefined ? Infinity : (now - Date.parse(state.lastRunEndedAt)) / 1_000;
  if (rested < retraining.cooldownSeconds) {
    return { decision: 'cooldown', reason: `the last run ended ${Math.round(rested)} s ago` };
  }
  return undefined;
}

/** @returns why no run may start now, whoever asks. */
export function refuseRun(state: ControllerState): Decision | undefined {
  if (state.paused) return { decision: 'paused', reason: 'the model is paused' };
  const open = state.run ?? state.rollout;
  if (open) return { decision: 'busy', reason: `${open.workflowId} is open`, workflowId: open.workflowId };
  return undefined;
}

export function remember(state: ControllerState, entry: HistoryEntry): ControllerState {
  return { ...state, history: [...state.history, entry].slice(-remembered) };
}

export function withHandledAlert(state: ControllerState, alert: Alert): ControllerState {
  return { ...state, handledAlerts: [...state.handledAlerts, alertKey(alert)].slice(-remembered) };
}

/** A registered version waits for its rollout. */
export function afterRun(state: ControllerState, finished: RunFinished, at: string): ControllerState {
  const { run, ...rest } = state;
  const ours = run?.workflowId === finished.workflowId;
  const registered =
    finished.outcome === 'registered' && finished.version !== undefined ? [finished.version] : [];
  return {
    ...rest,
    ...(run && !ours && { run }),
    waiting: [...state.waiting, ...registered],
    lastRunEndedAt: at,
  };
}

export function afterRollout(state: ControllerState, finished: RolloutFinished): ControllerState {
  const { rollout, ...rest } = state;
  return rollout?.workflowId === finished.workflowId ? rest : state;
}

/** The versions in the queue, without the one whose turn it is. */
export function takeWaiting(state: ControllerState): [version: number | undefined, state: ControllerState] {
  const [version, ...waiting] = state.waiting;
  return [version, { ...state, waiting }];
}

/** Trusts the server about what is open: children are abandoned at continue-as-new and may have ended meanwhile. */
export function withOpenWork(
  state: ControllerState,
  open: { run?: OpenWork; rollout?: OpenWork },
): ControllerState {
  const { run: _run, rollout: _rollout, ...rest } = state;
  return { ...rest, ...(open.run && { run: open.run }), ...(open.rollout && { rollout: open.rollout }) };
}
