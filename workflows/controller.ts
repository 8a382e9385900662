// One per model, for ever: hears alerts, schedules and people, and decides to retrain, to roll out or to roll back.
// It never awaits what it starts: lifecycles and rollouts are abandoned children that signal when they end, because
// at continue-as-new a child dies unless it is abandoned, and the new run holds no promise for it.
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { ModelState, ModelStateActivities } from '../activities/model-state.ts';
import type { MonitoringActivities } from '../activities/monitoring.ts';
import type { RegistryActivities } from '../activities/registry.ts';
import {
  type Alert,
  type ControllerInput,
  type ControllerState,
  type Decision,
  type RetrainRequest,
  type RolloutDecision,
  type StartRolloutRequest,
  workflowIds,
} from '../contracts/messages.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { Trigger } from '../contracts/registry.ts';
import { quick, registry } from './activity-options.ts';
import {
  afterRollout,
  afterRun,
  emptyState,
  refuseAlert,
  refuseRun,
  remember,
  takeWaiting,
  withHandledAlert,
  withOpenWork,
} from './controller-state.ts';
import { lifecycleWorkflow } from './lifecycle.ts';
import {
  applySpecUpdate,
  approveUpdate,
  controllerHistoryQuery,
  controllerStatusQuery,
  decideRolloutSignal,
  deliverAlertUpdate,
  pauseUpdate,
  rejectUpdate,
  resumeUpdate,
  retrainUpdate,
  rollbackUpdate,
  rolloutFinishedSignal,
  runFinishedSignal,
  startRolloutUpdate,
} from './messages.ts';
import { rolloutWorkflow } from './rollout.ts';
import { tell } from './story.ts';

const { readModelState } = proxyActivities<ModelStateActivities>(quick);
const { publishAlertRules } = proxyActivities<MonitoringActivities>(quick);
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
  /** Handlers may be called before the first reading; they wait for it. */
  let reconciled = false;

  const now = () => new Date(Date.now()).toISOString();
  const note = (what: string, { decision, reason }: Pick<Decision, 'decision' | 'reason'>) => {
    state = remember(state, { at: now(), what, decision, reason });
    setCurrentDetails(describe(state));
  };
  const answer = <T extends Decision>(what: string, decision: T): T => {
    note(what, decision);
    return decision;
  };
  const read = async (): Promise<ModelState & { spec: ModelSpec }> => {
    await condition(() => reconciled);
    const current = await readModelState({ model });
    if (!current.spec)
      throw ApplicationFailure.nonRetryable(`${model} has no stored spec: apply one first`, 'InvalidInput');
    return { ...current, spec: current.spec };
  };

  const startRun = async (
    trigger: Trigger,
    request: Pick<RetrainRequest, 'strategy' | 'run'>,
  ): Promise<Decision> => {
    const { spec, searchAttributes } = await read();
    const refused = refuseRun(state);
    if (refused) return refused;
    const name = request.run ?? now().replace(/[:.]/g, '-');
    const workflowId = workflowIds.lifecycle(model, name);
    state = { ...state, run: { workflowId, startedAt: now(), trigger } };
    const strategy = request.strategy ?? spec.retraining.strategy;
    try {
      await startChild(lifecycleWorkflow, {
        workflowId,
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${model}: a new version, ${strategy}, because of ${describeTrigger(trigger)}`,
        args: [{ model, spec, trigger, strategy, controllerId: workflowInfo().workflowId, searchAttributes }],
      });
    } catch (error) {
      state = withOpenWork(state, { ...(state.rollout && { rollout: state.rollout }) });
      throw ApplicationFailure.nonRetryable(
        `the run ${name} could not start: ${String(error)}`,
        'InvalidInput',
      );
    }
    return {
      decision: 'started',
      reason: `${strategy} run because of ${describeTrigger(trigger)}`,
      workflowId,
    };
  };

  const startRollout = async (request: StartRolloutRequest): Promise<Decision> => {
    const { spec, champion, searchAttributes } = await read();
    if (state.rollout) {
      return {
        decision: 'busy',
        reason: `${state.rollout.workflowId} is open`,
        workflowId: state.rollout.workflowId,
      };
    }
    const { version, entry } = request;
    const workflowId = workflowIds.rollout(model, version);
    state = { ...state, rollout: { workflowId, startedAt: now(), version } };
    await startChild(rolloutWorkflow, {
      workflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${model}: version ${version} ${champion ? `against version ${champion.version}` : 'enters service'}`,
      args: [
        {
          model,
          version,
          ...(champion && { champion: champion.version }),
          policy: spec.rollout,
          experiment: `${model}-${version}-${Date.now()}`,
          entry,
          requestedBy: request.by,
          controllerId: workflowInfo().workflowId,
          searchAttributes,
        },
      ],
    });
    return {
      decision: 'started',
      reason: `rollout of version ${version}, asked for by ${request.by}`,
      workflowId,
    };
  };

  const tellRollout = async (word: RolloutDecision): Promise<Decision> => {
    if (!state.rollout) return { decision: 'ignored', reason: 'no rollout is open' };
    await getExternalWorkflowHandle(state.rollout.workflowId).signal(decideRolloutSignal, word);
    return {
      decision: 'done',
      reason: `${word.decision} by ${word.by}`,
      workflowId: state.rollout.workflowId,
    };
  };

  const deliverAlert = async (alert: Alert): Promise<Decision> => {
    const { spec } = await read();
    const refused = refuseAlert(state, alert, { retraining: spec.retraining, now: Date.now() });
    if (refused) return refused;
    state = withHandledAlert(state, alert);
    const { name, fingerprint, startsAt } = alert;
    return startRun({ kind: 'alert', alert: name, fingerprint, startsAt }, {});
  };

  /** An open rollout takes its version out itself; with none open, the champion goes back to the version before. */
  const rollback = async ({ by, reason }: { by: string; reason: string }): Promise<Decision> => {
    if (state.rollout) return tellRollout({ decision: 'rollback', by, reason });
    const { champion } = await read();
    if (!champion) return { decision: 'ignored', reason: 'no version is in service' };
    const { generation } = await commitRegistryChange({
      model,
      idempotencyKey: `${workflowInfo().workflowId}/${workflowInfo().runId}/rollback-${champion.version}-${Date.now()}`,
      actor: by,
      reason,
      change: { kind: 'rollback', version: champion.version },
    });
    return {
      decision: 'done',
      reason: `version ${champion.version} left service (generation ${generation ?? '?'})`,
    };
  };

  const pause = (paused: boolean, by: string): Decision => {
    state = { ...state, paused };
    return { decision: 'done', reason: `${paused ? 'paused' : 'resumed'} by ${by}` };
  };

  setHandler(applySpecUpdate, async ({ spec, by }) => {
    const stored = await storeSpec({ model, spec, by });
    await publishAlertRules({ model });
    return answer('applySpec', {
      decision: 'done',
      reason: `spec ${stored.digest.slice(7, 19)} applied by ${by}`,
    });
  });
  setHandler(retrainUpdate, async (request) => answer('retrain', await startRun(request.trigger, request)));
  setHandler(deliverAlertUpdate, async (alert) => answer(`alert ${alert.name}`, await deliverAlert(alert)));
  setHandler(approveUpdate, async ({ by, reason }) =>
    answer('approve', await tellRollout({ decision: 'approve', by, reason })),
  );
  setHandler(rejectUpdate, async ({ by, reason }) =>
    answer('reject', await tellRollout({ decision: 'reject', by, reason })),
  );
  setHandler(startRolloutUpdate, async (request) => answer('startRollout', await startRollout(request)));
  setHandler(rollbackUpdate, async (request) => answer('rollback', await rollback(request)));
  setHandler(pauseUpdate, ({ by }) => answer('pause', pause(true, by)));
  setHandler(resumeUpdate, ({ by }) => answer('resume', pause(false, by)));
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
    startNextRollout: async () => {
      const [version, rest] = takeWaiting(state);
      state = rest;
      if (version === undefined) return;
      note(
        `version ${version}`,
        await startRollout({ version, entry: 'shadow', by: 'controller', reason: 'registered' }),
      );
    },
    reconcile: async () => {
      const { open, searchAttributes } = await readModelState({ model });
      state = withOpenWork(state, open);
      reconciled = true;
      tell(searchAttributes, { CoppiceModel: model });
    },
  };
}

function describeTrigger(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'person':
      return `a request of ${trigger.name}`;
    case 'schedule':
      return `the schedule ${trigger.schedule}`;
    case 'alert':
      return `the alert ${trigger.alert}`;
  }
}

function describe({ paused, run, rollout, waiting, history }: ControllerState): string {
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
