// Follows a lifecycle: a line a stage when it ends, and the training's progress while it goes on.

import type { CoppiceClient } from '../client/coppice-client.ts';
import { follow } from '../client/follow.ts';
import { type RetriedActivity, readRetriedActivities } from '../client/retried-activities.ts';
import type { LifecycleResult, StageStatus } from '../contracts/messages.ts';
import { hyperparametersText } from '../contracts/model-spec/searched-phase.ts';
import type { TrialRow } from '../contracts/search.ts';
import type { TrainingProgress } from '../contracts/training-job.ts';
import { progressBar, progressText } from './training-progress.ts';

/** A look at what is tried again costs more than one at the stages, and is as good every few seconds. */
const retriesEvery = 8;

/**
 * Watches a run to its end, on standard error. A look that fails is no end: a worker that was killed is back in seconds.
 * @throws the error of the run where it fails
 */
export async function watchRun(client: CoppiceClient, run: string): Promise<LifecycleResult> {
  const printer = createPrinter();
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (looks % retriesEvery === 0)
      for (const retried of await readRetriedActivities(client.temporal, run)) printer.retried(retried);
    const status = await client.lifecycleStatus(run);
    for (const stage of status?.stages ?? []) printer.stage(stage);
    if (status?.stages.some(({ stage, state }) => stage === 'training' && state === 'running')) {
      const progress = await client.trainingProgress(run);
      if (progress) printer.training(progress);
      if (looks % retriesEvery === 0)
        for (const trial of (await client.searchStatus(run))?.trials ?? []) printer.trial(trial);
    }
  };
  const stopHint = hintAtInterrupt(run);
  try {
    return await follow(client.lifecycleResult(run), tolerant(look));
  } finally {
    printer.end();
    stopHint();
  }
}

/** @returns the same look, which says that it failed, once for each way in which it does */
export function tolerant(look: () => Promise<void>): () => Promise<void> {
  let told = '';
  return async () => {
    try {
      await look();
      told = '';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== told) process.stderr.write(`no answer at the moment: ${message}\n`);
      told = message;
    }
  };
}

/** Whoever stops watching does not stop the run, and is told so. @returns what takes the hint back */
export function hintAtInterrupt(run: string): () => void {
  const hint = () => {
    process.stderr.write(
      `\n${run} goes on: \`coppice watch ${run}\` follows it, \`coppice cancel ${run}\` stops it\n`,
    );
    process.exit(130); // as a shell counts an end by SIGINT
  };
  process.once('SIGINT', hint);
  return () => process.removeListener('SIGINT', hint);
}

/** A terminal gets a bar that moves; elsewhere each line stands by itself, a tenth of the way apart. */
export function createPrinter() {
  const { stderr } = process;
  const seen = new Map<string, string>();
  let barShown = false;
  let lastTenth = '';
  const clearBar = () => {
    if (barShown) stderr.write('\r\u001b[K');
    barShown = false;
  };
  return {
    stage: ({ stage, state, detail, seconds }: StageStatus): void => {
      const told = state === 'running' ? `${state} ${detail}` : state;
      if (seen.get(stage) === told || state === 'waiting') return;
      seen.set(stage, told);
      if (state === 'running' && detail === '') return;
      clearBar();
      const time = seconds === undefined ? '' : `${seconds.toFixed(1)} s`;
      stderr.write(`${stage.padEnd(13)} ${state.padEnd(7)} ${time.padStart(8)}  ${detail}\n`);
    },
    /** Once for each reason: the attempts themselves are no news. */
    retried: ({ activity, attempt, reason }: RetriedActivity): void => {
      const told = `${activity}: ${reason}`;
      if (seen.has(told)) return;
      seen.set(told, reason);
      clearBar();
      stderr.write(`${told}; it is tried again (attempt ${attempt})\n`);
    },
    /** A line where a trial has lost or won. */
    trial: ({ trial, hyperparameters, rung, results, outcome }: TrialRow): void => {
      if (seen.has(`trial ${trial}`) || outcome === 'waiting' || outcome === 'running') return;
      seen.set(`trial ${trial}`, outcome);
      clearBar();
      const { steps = 0, loss } = results.at(-1) ?? {};
      const told = loss === undefined ? '' : `, validation loss ${loss.toFixed(4)}`;
      stderr.write(
        `trial ${trial} ${outcome} in rung ${rung}, at step ${steps}${told}: ${hyperparametersText(hyperparameters)}\n`,
      );
    },
    training: (progress: TrainingProgress): void => {
      const { phase, step, totalSteps } = progress;
      const tenth = `${phase} ${Math.floor((step / totalSteps) * 10)}`;
      if (stderr.isTTY) {
        stderr.write(`\r\u001b[K${progressBar(progress, 24)} ${progressText(progress)}`);
        barShown = true;
      } else if (tenth !== lastTenth) {
        lastTenth = tenth;
        stderr.write(`${progressText(progress)}\n`);
      }
    },
    end: clearBar,
  };
}
