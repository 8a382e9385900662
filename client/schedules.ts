// The Schedules by which models are trained again: one a model, as its spec says, kept by the Temporal server.
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import { type ScheduleTickInput, workflowIds, workflowTypes } from '../contracts/messages.ts';
import { taskQueues } from '../contracts/task-queues.ts';
import { absentIsUndefined } from './absent.ts';

/** A server that was away for longer does not make up for what it missed: the next tick is soon enough. */
const catchupWindow = '1 hour';

/** How the Schedule of a model stands. */
export interface ScheduleState {
  readonly schedule: string;
  readonly paused: boolean;
  /** ISO 8601, soonest first. */
  readonly next: readonly string[];
  /** The newest tick, where there was one. */
  readonly last?: { readonly at: string; readonly workflowId: string };
}

export function createSchedules(temporal: Client) {
  const handleOf = (model: string) => temporal.schedule.getHandle(workflowIds.schedule(model));

  const describe = async (model: string): Promise<ScheduleState | undefined> => {
    const found = await absentIsUndefined(handleOf(model).describe());
    if (!found) return undefined;
    const { recentActions, nextActionTimes } = found.info;
    const last = recentActions.at(-1);
    const [input] = (found.action.args ?? []) as ScheduleTickInput[];
    return {
      schedule: input.schedule,
      paused: found.state.paused,
      next: nextActionTimes.slice(0, 3).map((time) => time.toISOString()),
      ...(last && { last: { at: last.takenAt.toISOString(), workflowId: last.action.workflow.workflowId } }),
    };
  };

  return {
    /** @returns undefined where the model has no schedule */
    describe,
    /** Makes the schedule of a model this one, or takes it away; nothing happens where it is so already. */
    follow: async (model: string, cron: string | undefined): Promise<void> => {
      const current = await describe(model);
      if (current?.schedule === cron) return;
      if (cron === undefined) await absentIsUndefined(handleOf(model).delete());
      else if (current) await handleOf(model).update(({ state }) => ({ ...scheduleOf(model, cron), state }));
      else
        await temporal.schedule.create({
          scheduleId: workflowIds.schedule(model),
          ...scheduleOf(model, cron),
        });
    },
    /** Has the schedule tick now. */
    trigger: (model: string): Promise<void> => handleOf(model).trigger(),
  };
}

function scheduleOf(model: string, cron: string) {
  return {
    spec: { cronExpressions: [cron] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
    action: {
      type: 'startWorkflow' as const,
      workflowType: workflowTypes.scheduleTick,
      workflowId: workflowIds.schedule(model), // the server adds the time
      taskQueue: taskQueues.pipeline,
      args: [{ model, schedule: cron } satisfies ScheduleTickInput],
      staticSummary: `${model}: the schedule ${cron}`,
    },
  };
}
