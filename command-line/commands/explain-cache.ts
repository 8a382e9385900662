// explain-cache: what of a run was taken from the step cache, what was not, and which part of the key differed.
import type { Command } from 'commander';
import { RequestRefused } from '../../client/failures.ts';
import { workflowTypes } from '../../contracts/messages.ts';
import { runArgument } from '../arguments.ts';
import { withClient } from '../context.ts';
import { createOutput, table } from '../output.ts';

export function explainCacheVerb(program: Command): void {
  program
    .command('explain-cache')
    .argument('<run>', 'a workflow id, such as lifecycle/mail-filter/2026-05-03T10-00-00-000Z', runArgument)
    .description('for each step of a run: hit or miss, and what differs from the nearest earlier result')
    .option('--json', 'print JSON', false)
    .action(async (run: string, { json }: { json: boolean }) => {
      const steps = await withClient(async (client) => {
        const found = await client.describeWorkflow(run);
        if (found?.type !== workflowTypes.lifecycle) throw new RequestRefused(`there is no run ${run}`);
        return client.runSteps(run);
      });
      createOutput(json).result(steps, () =>
        table(
          ['step', 'cache', 'seconds', 'because'],
          steps.map(({ step, cached, seconds, reason }) => [
            step,
            cached ? 'hit' : 'miss',
            seconds.toFixed(1),
            reason,
          ]),
        ),
      );
    });
}
