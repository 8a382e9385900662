// The Schedules of a model's batches: one a batch that its model file describes, kept by the Temporal server.
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import type { BatchRequest } from '../contracts/batch.ts';
import { workflowIds, workflowTypes } from '../contracts/messages.ts';
import type { ScheduledBatch } from '../contracts/model-spec/batches.ts';
import { taskQueues } from '../contracts/task-queues.ts';
import { absentIsUndefined } from './absent.ts';

/** A server that was away for longer does not make up for what it missed: the next batch has it all. */
const catchupWindow = '1 hour';

export interface BatchScheduleState {
  readonly name: string;
  readonly schedule: string;
  readonly paused: boolean;
  /** ISO 8601, soonest first. */
  readonly next: readonly string[];
  /** The newest batch, where there was one. */
  readonly last?: { readonly at: string; readonly workflowId: string };
}

export function createBatchSchedules(temporal: Client) {
  const handleOf = (id: string) => temporal.schedule.getHandle(id);

  const idsOf = async (model: string): Promise<string[]> => {
    const ids: string[] = [];
    const prefix = workflowIds.batchSchedule(model, '');
    for await (const { scheduleId } of temporal.schedule.list())
      if (scheduleId.startsWith(prefix)) ids.push(scheduleId);
    return ids.sort();
  };

  return {
    /** Makes the Schedules of a model those of its model file. */
    follow: async (model: string, batches: readonly ScheduledBatch[]): Promise<void> => {
      const wanted = new Map(batches.map((batch) => [workflowIds.batchSchedule(model, batch.name), batch]));
      for (const id of await idsOf(model))
        if (!wanted.has(id)) await absentIsUndefined(handleOf(id).delete());
      for (const [id, batch] of wanted) {
        const options = scheduleOf(model, batch);
        const found = await absentIsUndefined(handleOf(id).describe());
        if (!found) await temporal.schedule.create({ scheduleId: id, ...options });
        else if (
          JSON.stringify([found.state.note, found.action.args]) !==
          JSON.stringify([batch.schedule, options.action.args])
        )
          await handleOf(id).update(({ state }) => ({ ...options, state: { ...state, ...options.state } }));
      }
    },

    describe: async (model: string): Promise<BatchScheduleState[]> => {
      const found: BatchScheduleState[] = [];
      for (const id of await idsOf(model)) {
        const described = await absentIsUndefined(handleOf(id).describe());
        if (!described) continue;
        const { recentActions, nextActionTimes } = described.info;
        const last = recentActions.at(-1);
        found.push({
          name: id.slice(workflowIds.batchSchedule(model, '').length),
          schedule: String(described.state.note),
          paused: described.state.paused,
          next: nextActionTimes.slice(0, 3).map((time) => time.toISOString()),
          ...(last && {
            last: { at: last.takenAt.toISOString(), workflowId: last.action.workflow.workflowId },
          }),
        });
      }
      return found;
    },

    /** Has a batch start now. */
    trigger: (model: string, name: string): Promise<void> =>
      handleOf(workflowIds.batchSchedule(model, name)).trigger(),
  };
}

function scheduleOf(model: string, { name, schedule, objects, ...question }: ScheduledBatch) {
  const records = objects ? ({ kind: 'objects', ...objects } as const) : ({ kind: 'new-documents' } as const);
  return {
    spec: { cronExpressions: [schedule] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
    state: { note: schedule },
    action: {
      type: 'startWorkflow' as const,
      workflowType: workflowTypes.batch,
      workflowId: workflowIds.batch(model, name), // the server adds the time
      taskQueue: taskQueues.pipeline,
      args: [{ model, name, records, question } satisfies BatchRequest],
      staticSummary: `${model}: the batch ${name}`,
    },
  };
}
