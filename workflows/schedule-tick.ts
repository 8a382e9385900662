// What a model's Schedule starts: asks the controller for a run, and ends with what it decided.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ScheduleActivities } from '../activities/schedule.ts';
import type { Decision, ScheduleTickInput } from '../contracts/messages.ts';
import { quick } from './activity-options.ts';

const { askToRetrain } = proxyActivities<ScheduleActivities>({
  ...quick,
  startToCloseTimeout: '2 minutes', // longer than a controller is waited for
});

export async function scheduleTickWorkflow({ model, schedule }: ScheduleTickInput): Promise<Decision> {
  // Named by the tick, so that a request that is repeated, since its answer was lost, brings no second run.
  const run = `schedule-${workflowInfo().startTime.toISOString().replace(/[:.]/g, '-')}`;
  return askToRetrain({ model, schedule, run });
}
