// What the controller knows and how it decides. No timers, no activities: the wiring is in controller.ts.
import type {
  Alert,
  ControllerState,
  Decision,
  HistoryEntry,
  OpenWork,
  RolloutFinished,
  RunFinished,
  StartRolloutRequest,
} from '../contracts/messages.ts';
import { workflowIds } from '../contracts/messages.ts';
import type { RetrainingSpec } from '../contracts/model-spec/judgement.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';

/** A server that lists workflows from an index lists a new one a little later. */
const listedWithinMs = 10_000;

/** So many alerts and history entries travel through continue-as-new. */
const remembered = 100;
/** Characters of a reason: the whole state stays below the 64 KiB that may enter an event history. */
const reasonLength = 300;

export function emptyState(model: string): ControllerState {
  return { model, paused: false, waiting: [], handledAlerts: [], history: [] };
}

/** Names one firing of an alert; Alertmanager repeats it under the same key. */
export function alertKey({ fingerprint, startsAt }: Alert): string {
  return `${fingerprint}@${startsAt}`;
}

/**
 * @param options.now milliseconds since 1970
 * @param options.watching as {@link refuseRun} takes it
 * @returns why no run may start now, or nothing where one may
 */
export function refuseAlert(
  state: ControllerState,
  alert: Alert,
  { retraining, now, watching }: { retraining: RetrainingSpec; now: number; watching: boolean },
): Decision | undefined {
  if (alert.status === 'resolved') return { decision: 'resolved', reason: `${alert.name} has resolved` };
  if (!retraining.alerts.includes(alert.name)) {
    return { decision: 'ignored', reason: `${alert.name} is not among retraining.alerts` };
  }
  if (state.handledAlerts.includes(alertKey(alert))) {
    return { decision: 'duplicate', reason: 'this firing has been acted upon' };
  }
  const busy = refuseRun(state, { watching });
  if (busy) return busy;
  const rested =
    state.lastRunEndedAt === undefined ? Infinity : (now - Date.parse(state.lastRunEndedAt)) / 1_000;
  if (rested < retraining.cooldownSeconds) {
    return { decision: 'cooldown', reason: `the last run ended ${Math.round(rested)} s ago` };
  }
  return undefined;
}

/**
 * @param options.watching the open rollout has put its version in service and only watches it: another may be trained
 * meanwhile, and waits before it enters traffic
 * @returns why no run may start now, whoever asks
 */
export function refuseRun(state: ControllerState, { watching }: { watching: boolean }): Decision | undefined {
  return refuseWhile(state, state.run ?? (watching ? undefined : state.rollout));
}

/** @returns why no rollout may start now, whoever asks. */
export function refuseRollout(state: ControllerState): Decision | undefined {
  return refuseWhile(state, state.rollout);
}

/** Whether a rollout is of a version, alone or among others. */
export function isRolloutOf({ workflowId, others }: OpenWork, model: string, version: number): boolean {
  return workflowId === workflowIds.rollout(model, version) || others?.includes(version) === true;
}

/** @returns why several versions cannot be rolled out at once, or nothing where they can, or there is only one */
export function refuseTogether(
  { task, rollout }: Pick<ModelSpec, 'task' | 'rollout'>,
  { version, others = [] }: Pick<StartRolloutRequest, 'version' | 'others'>,
): Decision | undefined {
  if (others.length === 0) return undefined;
  if (new Set([version, ...others]).size <= others.length)
    return { decision: 'ignored', reason: 'several versions at once: expected each once' };
  if (task === 'language-modelling' && !rollout.metrics)
    return {
      decision: 'ignored',
      reason: 'several versions of a language model at once take rollout.metrics',
    };
  return undefined;
}

function refuseWhile({ paused }: ControllerState, open: OpenWork | undefined): Decision | undefined {
  if (paused) return { decision: 'paused', reason: 'the model is paused' };
  if (open) return { decision: 'busy', reason: `${open.workflowId} is open`, workflowId: open.workflowId };
  return undefined;
}

/** What repeats for as long as an alert stays. */
const repeated: readonly string[] = [
  'duplicate',
  'busy',
  'cooldown',
  'paused',
] satisfies Decision['decision'][];

/** The same refusal of the same thing takes the place of the one before, or repeats would drive all else out. */
export function remember(state: ControllerState, entry: HistoryEntry): ControllerState {
  const { what, decision, reason } = entry;
  const short = reason.length > reasonLength ? `${reason.slice(0, reasonLength - 1)}…` : reason;
  const before = state.history.findLast((it) => it.what === what);
  const repeats = repeated.includes(decision) && before?.decision === decision;
  const others = repeats ? state.history.filter((it) => it !== before) : state.history;
  return { ...state, history: [...others, { ...entry, reason: short }].slice(-remembered) };
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

export function withoutWaiting(state: ControllerState, version: number): ControllerState {
  return { ...state, waiting: state.waiting.filter((waits) => waits !== version) };
}

/**
 * Trusts the server about what is open, since children are abandoned and one that is terminated tells nobody; but for
 * two moments: what has said that it ended is listed for a little longer, and what has just begun is not listed yet.
 * @param listed what the server lists
 * @param now milliseconds since 1970
 */
export function withOpenWork(
  state: ControllerState,
  listed: { run?: OpenWork; rollout?: OpenWork },
  now: number,
): ControllerState {
  const { run: knownRun, rollout: knownRollout, ...rest } = state;
  const open = (known: OpenWork | undefined, found: OpenWork | undefined) => {
    if (found && !saidThatItEnded(state, found))
      return found.workflowId === known?.workflowId ? known : found;
    return known && now - Date.parse(known.startedAt) < listedWithinMs ? known : undefined;
  };
  const run = open(knownRun, listed.run);
  const rollout = open(knownRollout, listed.rollout);
  return { ...rest, ...(run && { run }), ...(rollout && { rollout }) };
}

function saidThatItEnded({ history }: ControllerState, { workflowId, startedAt }: OpenWork): boolean {
  return history.some(({ what, at }) => what === workflowId && Date.parse(at) >= Date.parse(startedAt));
}

/** Whether the version had its turn: what is ignored once would be so for ever. */
export const isSettled = ({ decision }: Decision): boolean =>
  decision === 'started' || decision === 'ignored';

/** `version 3`, or `versions 3, 4`. */
export function namedVersions(version: number, others: readonly number[]): string {
  return others.length === 0 ? `version ${version}` : `versions ${[version, ...others].join(', ')}`;
}

/** A controller in Markdown: what is open, what waits, and what it decided last. */
export function describeController({ paused, run, rollout, waiting, history }: ControllerState): string {
  const open = [run, rollout].flatMap((work) => (work ? [`- open: \`${work.workflowId}\``] : []));
  const rows = history
    .slice(-10)
    .map(({ at, what, decision, reason }) => `| ${at} | ${what} | ${decision} | ${reason} |`);
  return [
    paused ? '**paused**' : 'listening',
    ...open,
    ...(waiting.length > 0 ? [`- waiting for rollout: ${waiting.join(', ')}`] : []),
    '',
    '| at | what | decision | reason |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
