// One per model, for ever: hears alerts, schedules and people, and decides to retrain, to roll out or to roll back.
// It never awaits what it starts: lifecycles and rollouts are abandoned children that signal when they end, because
// at continue-as-new a child dies unless it is abandoned, and the new run holds no promise for it.
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { IncidentActivities } from '../activities/incidents.ts';
import type { ModelState, ModelStateActivities } from '../activities/model-state.ts';
import type { MonitoringActivities } from '../activities/monitoring.ts';
import type { RegistryActivities } from '../activities/registry.ts';
import type { ScheduleActivities } from '../activities/schedule.ts';
import {
  type Alert,
  alertSchema,
  applySpecRequestSchema,
  type ControllerInput,
  type ControllerState,
  type Decision,
  personRequestSchema,
  type RetrainRequest,
  type RollbackRequest,
  type RolloutDecision,
  retrainRequestSchema,
  rollbackRequestSchema,
  type StartRolloutRequest,
  startRolloutRequestSchema,
  type VersionRequest,
  versionRequestSchema,
  workflowIds,
} from '../contracts/messages.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import { describeTrigger, type Trigger } from '../contracts/registry.ts';
import { look, quick, registry } from './activity-options.ts';
import {
  afterRollout,
  afterRun,
  describeController,
  emptyState,
  isRolloutOf,
  isSettled,
  namedVersions,
  refuseAlert,
  refuseRollout,
  refuseRun,
  refuseTogether,
  remember,
  withHandledAlert,
  withOpenWork,
  withoutWaiting,
} from './controller-state.ts';
import { isFailure, rootMessage } from './failures.ts';
import { handleUpdate } from './handle-update.ts';
import { lifecycleWorkflow } from './lifecycle.ts';
import {
  applySpecUpdate,
  approveUpdate,
  controllerHistoryQuery,
  controllerStatusQuery,
  decideRolloutSignal,
  deliverAlertUpdate,
  pauseRolloutUpdate,
  pauseUpdate,
  rejectUpdate,
  resumeRolloutUpdate,
  resumeUpdate,
  retrainUpdate,
  rollbackUpdate,
  rolloutFinishedSignal,
  runFinishedSignal,
  startRolloutUpdate,
} from './messages.ts';
import { rolloutWorkflow } from './rollout.ts';
import { isServed, notServed } from './served-tasks.ts';
import { tell } from './story.ts';

const { readModelState } = proxyActivities<ModelStateActivities>(quick);
const { recordIncident } = proxyActivities<IncidentActivities>(look);
const { publishAlertRules } = proxyActivities<MonitoringActivities>(look);
const { followSchedule } = proxyActivities<ScheduleActivities>(quick);
const { storeSpec, commitRegistryChange } = proxyActivities<RegistryActivities>(registry);

export async function controllerWorkflow({ model, state }: ControllerInput): Promise<void> {
  const controller = createController(state ?? emptyState(model));
  await controller.reconcile();
  for (;;) {
    await condition(() => controller.rolloutIsDue() || workflowInfo().continueAsNewSuggested);
    if (controller.rolloutIsDue()) await controller.startNextRollout();
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof controllerWorkflow>({ model, state: controller.state() });
    }
  }
}

function createController(initial: ControllerState) {
  const { model } = initial;
  let state = initial;

  const now = () => new Date(Date.now()).toISOString();
  const note = (what: string, { decision, reason }: Pick<Decision, 'decision' | 'reason'>) => {
    state = remember(state, { at: now(), what, decision, reason });
    setCurrentDetails(describeController(state));
  };
  const answer = <T extends Decision>(what: string, decision: T): T => {
    note(what, decision);
    return decision;
  };
  /** What stands in the registry and is open on the server: read before each decision. */
  const read = async (): Promise<ModelState> => {
    const current = await readModelState({ model });
    state = withOpenWork(state, current.open, Date.now());
    return current;
  };
  const readWithSpec = async (): Promise<StateWithSpec> => {
    const current = await read();
    if (!current.spec)
      throw ApplicationFailure.nonRetryable(`${model} has no stored spec: apply one first`, 'InvalidInput');
    return { ...current, spec: current.spec };
  };

  /** Whether the open rollout has put its version in service: then another one may be trained beside it. */
  const isWatching = ({ champion }: ModelState): boolean =>
    state.rollout !== undefined &&
    champion !== undefined &&
    isRolloutOf(state.rollout, model, champion.version) &&
    patched('2026-11-24-train-while-watching');

  /** No other decision comes between the look at `state` and its change: nothing is awaited there. */
  const startRun = async (
    current: StateWithSpec,
    trigger: Trigger,
    request: Pick<RetrainRequest, 'strategy' | 'run' | 'from'>,
  ): Promise<Decision> => {
    const refused = refuseRun(state, { watching: isWatching(current) });
    if (refused) return refused;
    const { spec, champion, searchAttributes } = current;
    const { from } = request;
    const name = request.run ?? now().replace(/[:.]/g, '-');
    const workflowId = workflowIds.lifecycle(model, name);
    state = { ...state, run: { workflowId, startedAt: now(), trigger } };
    // What a version that must forget has learned is not carried on, unless a person says so.
    const usual = request.strategy ?? (champion?.retrainingDue ? 'full' : spec.retraining.strategy);
    const strategy = from === undefined ? usual : 'incremental';
    const because = `${from === undefined ? '' : `going on from version ${from}, `}because of ${describeTrigger(trigger)}`;
    try {
      await startChild(lifecycleWorkflow, {
        workflowId,
        workflowIdReusePolicy: 'REJECT_DUPLICATE', // its name makes its registration: one version a name
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${model}: a new version, ${strategy}, ${because}`,
        args: [
          {
            ...{ model, spec, trigger, strategy },
            ...(from !== undefined && { from }),
            controllerId: workflowInfo().workflowId,
            searchAttributes,
          },
        ],
      });
    } catch (error) {
      const { run: _run, ...rest } = state;
      state = rest;
      throw ApplicationFailure.nonRetryable(
        `the run ${name} could not start: ${rootMessage(error)}`,
        'InvalidInput',
      );
    }
    return { decision: 'started', reason: `${strategy} run ${because}`, workflowId };
  };

  /** @param waiting versions that go along where the spec lets several into traffic at once */
  const startRollout = async (
    request: StartRolloutRequest,
    waiting: readonly number[] = [],
  ): Promise<Decision> => {
    const { spec, champion, searchAttributes } = await readWithSpec();
    const refused = refuseRollout(state);
    if (refused) return refused;
    const isLanguageModel = spec.task === 'language-modelling';
    // The last history that needs the answer of before: controller-language.v2.
    if (isLanguageModel && !patched('2026-11-24-language-models-served'))
      return { decision: 'ignored', reason: 'gateways do not serve language models' };
    if (!isServed(spec)) return { decision: 'ignored', reason: notServed };
    const { version, entry, by } = request;
    // A first version has nothing to be compared with: the others wait.
    const others = champion ? (request.others ?? waiting.slice(0, (spec.rollout.challengers ?? 1) - 1)) : [];
    const refusedOthers = refuseTogether(spec, { version, others });
    if (refusedOthers) return refusedOthers;
    const beside = others.length > 0 ? { others } : {};
    const workflowId = workflowIds.rollout(model, version);
    state = { ...state, rollout: { workflowId, startedAt: now(), version, ...beside } };
    try {
      await startChild(rolloutWorkflow, {
        workflowId,
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${model}: ${namedVersions(version, others)} ${champion ? `against version ${champion.version}` : 'enters service'}`,
        args: [
          {
            model,
            version,
            ...(champion && { champion: champion.version }),
            policy: spec.rollout,
            experiment: `${model}-${version}-${Date.now()}`,
            ...(isLanguageModel && { judgedBy: 'guardrails' as const }),
            entry,
            ...beside,
            requestedBy: by,
            controllerId: workflowInfo().workflowId,
            searchAttributes,
          },
        ],
      });
    } catch (error) {
      const { rollout: _rollout, ...rest } = state;
      state = rest;
      throw error;
    }
    const reason = `rollout of ${namedVersions(version, others)}, asked for by ${by}`;
    return { decision: 'started', reason, workflowId };
  };

  const tellRollout = async (word: RolloutDecision): Promise<Decision> => {
    if (!state.rollout) return { decision: 'ignored', reason: 'no rollout is open' };
    const { workflowId } = state.rollout;
    await getExternalWorkflowHandle(workflowId).signal(decideRolloutSignal, word);
    return { decision: 'done', reason: `${word.decision} by ${word.by}`, workflowId };
  };

  /** A word about one version is not taken for another that happens to be open. */
  const judge = async (
    decision: 'approve' | 'reject' | 'pause' | 'resume',
    { version, by, reason, evidence }: VersionRequest,
  ): Promise<Decision> => {
    const { rollout: open } = state;
    if (open && !isRolloutOf(open, model, version))
      return { decision: 'ignored', reason: `${open.workflowId} is open, no rollout of version ${version}` };
    const only = decision === 'reject' && open?.others ? { version } : {};
    return tellRollout({ decision, by, reason, ...only, ...(evidence !== undefined && { evidence }) });
  };

  const deliverAlert = async (alert: Alert): Promise<Decision> => {
    const current = await readWithSpec();
    const { retraining } = current.spec;
    const watching = isWatching(current);
    const refused = refuseAlert(state, alert, { retraining, now: Date.now(), watching });
    if (refused) return refused;
    const { name, fingerprint, startsAt } = alert;
    const decision = await startRun(current, { kind: 'alert', alert: name, fingerprint, startsAt }, {});
    if (decision.decision === 'started') state = withHandledAlert(state, alert);
    return decision;
  };

  /**
   * An open rollout takes its version out itself. With none open, a challenger that a rollout left behind, since it was
   * terminated, goes out of traffic; else the champion goes back to the version before.
   */
  const rollback = async ({ by, reason }: RollbackRequest): Promise<Decision> => {
    const { champion, challenger, others = [] } = await read();
    if (state.rollout) return tellRollout({ decision: 'rollback', by, reason });
    const last = challenger ?? champion?.version;
    if (last === undefined) return { decision: 'ignored', reason: 'no version is in service' };
    for (const version of others) await takeOut(version, { by, reason });
    const generation = await takeOut(last, { by, reason });
    const left = challenger === undefined ? 'left service' : 'left traffic, its rollout had ended without it';
    const versions = [...others, last].join(', ');
    return { decision: 'done', reason: `version ${versions} ${left} (generation ${generation ?? '?'})` };
  };

  /** @returns the generation of the routing without it */
  const takeOut = async (version: number, { by, reason }: RollbackRequest): Promise<number | undefined> => {
    const { generation } = await commitRegistryChange({
      model,
      idempotencyKey: `${workflowInfo().workflowId}/${workflowInfo().runId}/rollback-${version}-${Date.now()}`,
      actor: by,
      reason,
      change: { kind: 'rollback', version },
    });
    if (generation !== undefined && patched('2026-11-30-incidents'))
      await recordIncident({
        ...{ model, generation },
        findings: { verdict: 'rollback', reasons: [reason], detectedAt: now() },
      });
    return generation;
  };

  /** A spec does not wait for Prometheus: the rules are written, and read when it starts. */
  const publishRules = async (): Promise<string> => {
    try {
      await publishAlertRules({ model });
      return '';
    } catch (error) {
      if (!isFailure(error, 'MetricsUnavailable') || !patched('2026-11-24-spec-without-prometheus'))
        throw error;
      return `; its alert rules are written and wait for Prometheus to start: ${rootMessage(error)}`;
    }
  };

  /** A frozen model moves nothing forward: a rollout that is open is held where it is. */
  const pause = async (paused: boolean, by: string): Promise<Decision> => {
    state = { ...state, paused };
    const reason = `${paused ? 'paused' : 'resumed'} by ${by}`;
    if (!state.rollout || !patched('2026-11-30-freeze-holds-rollout')) return { decision: 'done', reason };
    const word = { decision: paused ? 'pause' : 'resume', by, reason: 'the model is frozen' } as const;
    return { ...(await tellRollout(word)), reason };
  };

  handleUpdate(applySpecUpdate, applySpecRequestSchema, async ({ spec, by }) => {
    const stored = await storeSpec({ model, spec, by });
    const missing = await publishRules();
    if (patched('2026-11-24-schedule-follows-spec')) await followSchedule({ model });
    return answer('applySpec', {
      decision: 'done',
      reason: `spec ${stored.digest.slice(7, 19)} applied by ${by}${missing}`,
    });
  });
  handleUpdate(retrainUpdate, retrainRequestSchema, async (request) =>
    answer('retrain', await startRun(await readWithSpec(), request.trigger, request)),
  );
  handleUpdate(deliverAlertUpdate, alertSchema, async (alert) =>
    answer(`alert ${alert.name}`, await deliverAlert(alert)),
  );
  handleUpdate(approveUpdate, versionRequestSchema, async (request) =>
    answer('approve', await judge('approve', request)),
  );
  handleUpdate(rejectUpdate, versionRequestSchema, async (request) =>
    answer('reject', await judge('reject', request)),
  );
  handleUpdate(pauseRolloutUpdate, versionRequestSchema, async (request) =>
    answer('pause', await judge('pause', request)),
  );
  handleUpdate(resumeRolloutUpdate, versionRequestSchema, async (request) =>
    answer('resume', await judge('resume', request)),
  );
  handleUpdate(startRolloutUpdate, startRolloutRequestSchema, async (request) =>
    answer('startRollout', await startRollout(request)),
  );
  handleUpdate(rollbackUpdate, rollbackRequestSchema, async (request) =>
    answer('rollback', await rollback(request)),
  );
  handleUpdate(pauseUpdate, personRequestSchema, async ({ by }) => answer('pause', await pause(true, by)));
  handleUpdate(resumeUpdate, personRequestSchema, async ({ by }) => answer('resume', await pause(false, by)));
  setHandler(runFinishedSignal, (finished) => {
    state = afterRun(state, finished, now());
    note(finished.workflowId, { decision: 'done', reason: `${finished.outcome}: ${finished.reason}` });
  });
  setHandler(rolloutFinishedSignal, (finished) => {
    state = afterRollout(state, finished);
    note(finished.workflowId, { decision: 'done', reason: `${finished.verdict}: ${finished.reason}` });
  });
  setHandler(controllerStatusQuery, () => state);
  setHandler(controllerHistoryQuery, () => state.history);

  return {
    state: () => state,
    rolloutIsDue: () => state.waiting.length > 0 && !state.rollout && !state.paused,
    /** A version keeps its place where another rollout came first, or the model was paused meanwhile. */
    startNextRollout: async () => {
      const [version, ...waiting] = state.waiting;
      const decision = await startRollout(
        { version, entry: 'shadow', by: 'controller', reason: 'registered' },
        waiting,
      ).catch((error: unknown): Decision => {
        if (isCancellation(error)) throw error;
        state = withoutWaiting(state, version); // a person may promote it; the controller lives on
        return { decision: 'ignored', reason: `its rollout could not start: ${rootMessage(error)}` };
      });
      const together = decision.decision === 'started' ? (state.rollout?.others ?? []) : [];
      if (isSettled(decision))
        for (const settled of [version, ...together]) state = withoutWaiting(state, settled);
      note(`version ${version}`, decision);
    },
    /** Finds open work again. Each decision reads for itself: where this reading fails, a note is enough. */
    reconcile: async () => {
      try {
        const { searchAttributes } = await read();
        tell(searchAttributes, { CoppiceModel: model });
      } catch (error) {
        if (isCancellation(error)) throw error;
        note('start', { decision: 'ignored', reason: `open work is not known: ${rootMessage(error)}` });
      }
    },
  };
}

type StateWithSpec = ModelState & { readonly spec: ModelSpec };
