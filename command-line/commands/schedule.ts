// schedule: when a model is trained again by the clock. The expression stands in the model file; here it is looked at.
import type { Command } from 'commander';
import { RequestRefused } from '../../client/failures.ts';
import type { ScheduleState } from '../../client/schedules.ts';
import { modelArgument } from '../arguments.ts';
import { withClient } from '../context.ts';
import { createOutput, shortTime } from '../output.ts';

export function scheduleVerb(program: Command): void {
  program
    .command('schedule')
    .argument('<model>')
    .description('when a model is trained again by the clock; its model file says it in retraining.schedule')
    .option('--now', 'have it tick at once', false)
    .option('--json', 'print JSON', false)
    .action(async (model: string, { now, json }: { now: boolean; json: boolean }) => {
      modelArgument(model);
      const state = await withClient(async ({ schedules }) => {
        const found = await schedules.describe(model);
        if (!found)
          throw new RequestRefused(
            `${model} has no schedule: put retraining.schedule into its model file and apply that`,
          );
        if (now) await schedules.trigger(model);
        return found;
      });
      createOutput(json).result({ ...state, ticked: now }, () => describeSchedule(state, now));
    });
}

function describeSchedule({ schedule, paused, next, last }: ScheduleState, ticked: boolean): string {
  return [
    `${schedule} (UTC)${paused ? ', paused on the server' : ''}`,
    `next  ${next.map(shortTime).join(', ') || 'never'}`,
    `last  ${last ? `${shortTime(last.at)} by ${last.workflowId}` : 'never'}`,
    ...(ticked ? ['told to tick now'] : []),
  ].join('\n');
}
