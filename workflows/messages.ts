// The messages of contracts/messages.ts as Temporal definitions.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchStatus } from '../contracts/batch.ts';
import type { ForgettingStatus } from '../contracts/forgetting.ts';
import {
  type Alert,
  type ControllerState,
  type DataDecision,
  type Decision,
  type HistoryEntry,
  type LifecycleStatus,
  messageNames,
  type PersonRequest,
  type RetrainRequest,
  type RollbackRequest,
  type RolloutDecision,
  type RolloutFinished,
  type RolloutStatus,
  type RunFinished,
  type StartRolloutRequest,
  type VersionRequest,
} from '../contracts/messages.ts';
import type { ModelSpec } from '../contracts/model-spec/model-spec.ts';
import type { SearchStatus } from '../contracts/search.ts';

// To the controller, from outside: answered on acceptance.
export const applySpecUpdate = defineUpdate<Decision, [{ spec: ModelSpec; by: string }]>(
  messageNames.applySpec,
);
export const retrainUpdate = defineUpdate<Decision, [RetrainRequest]>(messageNames.retrain);
export const deliverAlertUpdate = defineUpdate<Decision, [Alert]>(messageNames.deliverAlert);
export const approveUpdate = defineUpdate<Decision, [VersionRequest]>(messageNames.approve);
export const rejectUpdate = defineUpdate<Decision, [VersionRequest]>(messageNames.reject);
export const startRolloutUpdate = defineUpdate<Decision, [StartRolloutRequest]>(messageNames.startRollout);
export const rollbackUpdate = defineUpdate<Decision, [RollbackRequest]>(messageNames.rollback);
export const pauseUpdate = defineUpdate<Decision, [PersonRequest]>(messageNames.pause);
export const resumeUpdate = defineUpdate<Decision, [PersonRequest]>(messageNames.resume);
export const pauseRolloutUpdate = defineUpdate<Decision, [VersionRequest]>(messageNames.pauseRollout);
export const resumeRolloutUpdate = defineUpdate<Decision, [VersionRequest]>(messageNames.resumeRollout);

// To a run, from outside.
export const decideDataUpdate = defineUpdate<Decision, [DataDecision]>(messageNames.decideData);

// Between workflows.
export const runFinishedSignal = defineSignal<[RunFinished]>(messageNames.runFinished);
export const rolloutFinishedSignal = defineSignal<[RolloutFinished]>(messageNames.rolloutFinished);
export const decideRolloutSignal = defineSignal<[RolloutDecision]>(messageNames.decideRollout);

// What a workflow says of itself.
export const controllerStatusQuery = defineQuery<ControllerState>(messageNames.status);
export const controllerHistoryQuery = defineQuery<readonly HistoryEntry[]>(messageNames.history);
export const lifecycleStatusQuery = defineQuery<LifecycleStatus>(messageNames.status);
export const searchStatusQuery = defineQuery<SearchStatus>(messageNames.status);
export const batchStatusQuery = defineQuery<BatchStatus>(messageNames.status);
export const forgettingStatusQuery = defineQuery<ForgettingStatus>(messageNames.status);
export const rolloutStatusQuery = defineQuery<RolloutStatus>(messageNames.status);
