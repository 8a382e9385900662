// Follows a lifecycle: a line a stage when it ends, and the training's progress while it goes on.

import type { CoppiceClient } from '../client/coppice-client.ts';
import { RequestRefused } from '../client/coppice-client.ts';
import { follow } from '../client/follow.ts';
import type { LifecycleResult, StageStatus } from '../contracts/messages.ts';

/**
 * Watches a run to its end, on standard error.
 * @throws RequestRefused where there is no such run
 */
export async function watchRun(client: CoppiceClient, run: string): Promise<LifecycleResult> {
  if (!(await client.lifecycleStatus(run))) throw new RequestRefused(`there is no run ${run}`);
  const printer = createPrinter();
  const result = await follow(client.lifecycleResult(run), async () => {
    const status = await client.lifecycleStatus(run);
    for (const stage of status?.stages ?? []) printer.stage(stage);
    if (status?.stages.some(({ stage, state }) => stage === 'training' && state === 'running')) {
      const progress = await client.trainingProgress(run);
      if (progress) printer.training(progress);
    }
  });
  printer.end();
  return result;
}

type Progress = NonNullable<Awaited<ReturnType<CoppiceClient['trainingProgress']>>>;

/** A terminal gets a bar that moves; elsewhere each line stands by itself, a tenth of the way apart. */
function createPrinter() {
  const { stderr } = process;
  const seen = new Map<string, string>();
  let barShown = false;
  let lastTenth = -1;
  const clearBar = () => {
    if (barShown) stderr.write('\r\u001b[K');
    barShown = false;
  };
  return {
    stage: ({ stage, state, detail, seconds }: StageStatus): void => {
      if (seen.get(stage) === state || state === 'waiting') return;
      seen.set(stage, state);
      if (state === 'running') return;
      clearBar();
      const time = seconds === undefined ? '' : `${seconds.toFixed(1)} s`;
      stderr.write(`${stage.padEnd(13)} ${state.padEnd(7)} ${time.padStart(8)}  ${detail}\n`);
    },
    training: ({ step, totalSteps, loss, tokensPerSecond }: Progress): void => {
      const share = step / totalSteps;
      const numbers = `step ${step}/${totalSteps}, loss ${loss?.toFixed(4) ?? '?'}, ${Math.round(tokensPerSecond ?? 0)} tokens/s`;
      if (stderr.isTTY) {
        const filled = Math.round(share * 24);
        stderr.write(`\r\u001b[K${'█'.repeat(filled)}${'░'.repeat(24 - filled)} ${numbers}`);
        barShown = true;
      } else if (Math.floor(share * 10) > lastTenth) {
        lastTenth = Math.floor(share * 10);
        stderr.write(`training ${(share * 100).toFixed(0)} %, ${numbers}\n`);
      }
    },
    end: clearBar,
  };
}
