// The typed client: what people, schedules and the alert receiver ask of a model's controller. The controller is
// started by the first thing that it is told.
import { readFile } from 'node:fs/promises';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import {
  type Alert,
  type ControllerState,
  type Decision,
  type LifecycleResult,
  type LifecycleStatus,
  messageNames,
  type RetrainRequest,
  type RollbackRequest,
  type RolloutResult,
  type RolloutStatus,
  type StartRolloutRequest,
  type VersionRequest,
  workflowIds,
  workflowTypes,
} from '../contracts/messages.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import { taskQueues } from '../contracts/task-queues.ts';
import type { KeyChange } from '../contracts/trust.ts';
import type { Settings } from '../settings/settings.ts';
import type { controllerWorkflow } from '../workflows/controller.ts';
import { absentIsUndefined } from './absent.ts';
import { approve } from './approve.ts';
import { createBatchSchedules } from './batch-schedules.ts';
import { createBatches } from './batches.ts';
import { createDataChecks } from './data-checks.ts';
import { createDatasetEvaluations } from './dataset-evaluations.ts';
import { explainTemporalError } from './failures.ts';
import { createForgettings } from './forgettings.ts';
import { changeKeys } from './keys.ts';
import { readOpenRuns } from './open-runs.ts';
import { planTraining } from './planning.ts';
import { createRepairs } from './repairs.ts';
import { readRunSteps } from './run-steps.ts';
import { createSchedules } from './schedules.ts';
import { readSearchStatus, readTrainingProgress } from './training-progress.ts';

export { RequestRefused } from './failures.ts';

/** A controller answers within a second; without a bound, a request to workers that are gone would wait for ever. */
const answerWithinMs = 60_000;

export type CoppiceClient = Awaited<ReturnType<typeof connectCoppice>>;

/**
 * Connects to the Temporal server of the settings.
 * @param connectTimeoutMs how long it is tried; 10 s by default
 * @throws the SDK's connection error where no server answers
 */
export async function connectCoppice(settings: Settings, connectTimeoutMs = 10_000) {
  const connection = await connect(settings, connectTimeoutMs);
  const temporal = new Client({ connection, namespace: settings.temporal.namespace });

  /** Sends an update to the controller, starting it where it does not run; waits for the answer. */
  const tell = async (model: string, message: string, argument: object): Promise<Decision> => {
    const start = new WithStartWorkflowOperation<typeof controllerWorkflow>(workflowTypes.controller, {
      workflowId: workflowIds.controller(model),
      taskQueue: taskQueues.pipeline,
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `${model}: hears alerts, schedules and people`,
      args: [{ model }],
    });
    try {
      return await connection.withDeadline(Date.now() + answerWithinMs, () =>
        temporal.workflow.executeUpdateWithStart<typeof controllerWorkflow, Decision, [object]>(message, {
          args: [argument],
          startWorkflowOperation: start,
        }),
      );
    } catch (error) {
      throw explainTemporalError(error, settings.temporal.address);
    }
  };

  const rolloutStatus = (model: string, version: number) =>
    absentIsUndefined(
      temporal.workflow
        .getHandle(workflowIds.rollout(model, version))
        .query<RolloutStatus>(messageNames.status),
    );

  return {
    temporal,
    schedules: createSchedules(temporal),
    forgettings: createForgettings(temporal),
    repairs: createRepairs(temporal),
    dataChecks: createDataChecks(temporal),
    datasetEvaluations: createDatasetEvaluations(temporal),
    batches: createBatches(temporal),
    batchSchedules: createBatchSchedules(temporal),
    changeKeys: (change: Omit<KeyChange, 'request'>) => changeKeys(temporal, change),
    planTraining: (spec: ModelSpec) => planTraining(temporal, spec),
    close: () => connection.close(),

    applySpec: (spec: ModelSpec, by: string) => tell(spec.name, messageNames.applySpec, { spec, by }),
    retrain: (model: string, request: RetrainRequest) => tell(model, messageNames.retrain, request),
    deliverAlert: (model: string, alert: Alert) => tell(model, messageNames.deliverAlert, alert),
    approve: async (model: string, request: VersionRequest) => {
      const status = await rolloutStatus(model, request.version);
      const waiting = status?.phase === 'ended' ? undefined : status?.approval;
      return approve(waiting, request, (word) => tell(model, messageNames.approve, word));
    },
    reject: (model: string, request: VersionRequest) => tell(model, messageNames.reject, request),
    pauseRollout: (model: string, request: VersionRequest) => tell(model, messageNames.pauseRollout, request),
    resumeRollout: (model: string, request: VersionRequest) =>
      tell(model, messageNames.resumeRollout, request),
    startRollout: (model: string, request: StartRolloutRequest) =>
      tell(model, messageNames.startRollout, request),
    rollback: (model: string, request: RollbackRequest) => tell(model, messageNames.rollback, request),
    pause: (model: string, by: string) => tell(model, messageNames.pause, { by }),
    resume: (model: string, by: string) => tell(model, messageNames.resume, { by }),

    /** @returns undefined where the model has no controller */
    controllerState: (model: string) =>
      absentIsUndefined(
        temporal.workflow
          .getHandle(workflowIds.controller(model))
          .query<ControllerState>(messageNames.status),
      ),
    lifecycleStatus: (workflowId: string) =>
      absentIsUndefined(temporal.workflow.getHandle(workflowId).query<LifecycleStatus>(messageNames.status)),
    lifecycleResult: (workflowId: string): Promise<LifecycleResult> =>
      temporal.workflow.getHandle(workflowId).result(),
    rolloutStatus,
    rolloutResult: (model: string, version: number): Promise<RolloutResult> =>
      temporal.workflow.getHandle(workflowIds.rollout(model, version)).result(),
    /** As `rolloutStatus`, but one that has ended tells what decided it, without asking a worker. */
    rolloutOutcome: async (model: string, version: number): Promise<RolloutStatus | undefined> => {
      const handle = temporal.workflow.getHandle(workflowIds.rollout(model, version));
      const described = await absentIsUndefined(handle.describe());
      if (!described) return undefined;
      if (described.status.name === 'RUNNING') return handle.query<RolloutStatus>(messageNames.status);
      if (described.status.name !== 'COMPLETED')
        return { phase: 'ended', step: 0, trafficFraction: 0, verdict: 'stopped' };
      const { verdict, look } = (await handle.result()) as RolloutResult;
      return { phase: 'ended', step: 0, trafficFraction: 0, verdict, ...(look && { look }) };
    },
    /** Runs that have not ended, with all that their histories say. */
    openRuns: () => readOpenRuns(temporal),
    /** Steps of a run that have ended, whether they came from the step cache, and why. */
    runSteps: (run: string) => readRunSteps(temporal, run),
    cancelRun: (workflowId: string) => temporal.workflow.getHandle(workflowId).cancel(),
    /** @returns the workflow's type and how it stands, such as `RUNNING`; undefined where there is none of that id */
    describeWorkflow: async (
      workflowId: string,
    ): Promise<{ type: string; status: string; closedAt: Date | undefined } | undefined> => {
      const found = await absentIsUndefined(temporal.workflow.getHandle(workflowId).describe());
      return found && { type: found.type, status: found.status.name, closedAt: found.closeTime };
    },

    /** What the trainer of a lifecycle last reported, from the heartbeat of its activity. */
    trainingProgress: (lifecycleId: string) => readTrainingProgress(temporal, lifecycleId),
    searchStatus: (lifecycleId: string) => readSearchStatus(temporal, lifecycleId),
  };
}

async function connect({ temporal }: Settings, connectTimeout: number): Promise<Connection> {
  const { address, apiKey, tlsCertificatePath, tlsKeyPath } = temporal;
  const pair =
    tlsCertificatePath !== undefined && tlsKeyPath !== undefined
      ? { crt: await readFile(tlsCertificatePath), key: await readFile(tlsKeyPath) }
      : undefined;
  return Connection.connect({
    address,
    connectTimeout,
    ...(apiKey && { apiKey: apiKey.reveal(), tls: true }),
    ...(pair && { tls: { clientCertPair: pair } }),
  });
}
