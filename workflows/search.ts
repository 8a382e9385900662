// A search of hyperparameters: trials of a phase that train a few steps, of which the best go on, until one is left.
import {
  ApplicationFailure,
  CancellationScope,
  executeChild,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { SearchActivities } from '../activities/search.ts';
import type { TrialActivities, TrialInput, TrialResult } from '../activities/trials.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { workflowIds } from '../contracts/messages.ts';
import type { Hyperparameters, SearchSpec } from '../contracts/model-spec/search.ts';
import { modelFilePhases, searchedPhase } from '../contracts/model-spec/searched-phase.ts';
import type { Trigger } from '../contracts/registry.ts';
import type { RunIdentity, StageRecord } from '../contracts/stage-results.ts';
import type { PhaseJob } from '../contracts/training-job.ts';
import { compute, look, quick, training } from './activity-options.ts';
import { tell } from './story.ts';
import { type TrialProgress, trackTrials, trialSummary } from './trial-progress.ts';

const { trainTrial } = proxyActivities<TrialActivities>(training);
const { planTrials, decideRung } = proxyActivities<SearchActivities>(quick);
const { removeTrials } = proxyActivities<SearchActivities>(look); // garbage is collected where a store is away
const { recordSearch } = proxyActivities<SearchActivities>(compute);

export interface SearchInput extends RunIdentity {
  readonly search: SearchSpec;
  /** The phase as the model file has it. */
  readonly job: PhaseJob;
  /** What trials may not see where the phase itself may: they are validated, and it is not. */
  readonly heldOutExamples?: ArtifactReference;
  readonly trigger?: Trigger;
  readonly searchAttributes?: readonly string[];
}

export interface SearchResult {
  /** The job with the best hyperparameters; its key is the best trial's where it goes on from there. */
  readonly job: PhaseJob;
  readonly table: ArtifactReference;
  /** Of the best trial, by path below `training`; absent in histories from before it was told. */
  readonly hyperparameters?: Hyperparameters;
  readonly record: StageRecord;
}

interface Search extends SearchInput {
  /** Hyperparameters of trial 1 and those after it. */
  readonly trials: readonly Hyperparameters[];
  readonly progress: TrialProgress;
}

export async function searchWorkflow(input: SearchInput): Promise<SearchResult> {
  const { model, runId, search, job } = input;
  tell(input.searchAttributes, {
    CoppiceModel: model,
    CoppiceStage: 'training',
    ...(input.trigger && { CoppiceTrigger: input.trigger.kind }),
  });
  const { trials, rung } = await planTrials({ model, search, seed: job.seed });
  const progress = trackTrials(searchedPhase(search), trials);
  try {
    const { best, plannedSteps } = await halve({ ...input, trials, progress }, rung);
    // Without early stopping the phase also trains on what its trials were validated on: it begins at its start.
    const goesOn = job.options.earlyStopping !== undefined;
    if (!goesOn) await removeTrials({ model, keys: [keyOf(best)] });
    const table = {
      search,
      ...progress.status(),
      trials: [...progress.status().trials],
      plannedSteps,
      goesOn,
    };
    const { job: found, table: stored, ...record } = await recordSearch({ model, runId, table, job });
    const hyperparameters = trials[best - 1];
    return {
      ...{ job: { ...found, key: goesOn ? keyOf(best) : job.key }, table: stored },
      ...{ hyperparameters, record },
    };
  } catch (error) {
    // Nothing goes on from them any more, however it ended.
    const keys = progress.kept().map(keyOf);
    await CancellationScope.nonCancellable(() => removeTrials({ model, keys })).catch(() => undefined);
    throw error;
  }
}

/** Rung by rung, until one trial is left or the phase is over. */
async function halve(
  search: Search,
  first: Awaited<ReturnType<typeof planTrials>>['rung'],
): Promise<{ best: number; plannedSteps: number }> {
  const { progress } = search;
  for (let rung = first; ; ) {
    progress.begin(rung);
    const results = await together(
      rung.trials.map((trial) => () => train(search, trial, { ...rung, of: search.trials.length })),
    );
    const phaseSteps = Math.max(...results.map(({ plannedSteps = 0 }) => plannedSteps));
    const losses = results.map(({ trial, loss }) => ({ trial, ...(loss !== undefined && { loss }) }));
    const decision = await decideRung({
      model: search.model,
      search: search.search,
      rung,
      losses,
      phaseSteps,
    });
    if (decision.kind === 'none') {
      const message = `every trial diverged within ${rung.steps} steps: the space is too bold, or the data is at fault`;
      throw ApplicationFailure.nonRetryable(message, 'TrainingDiverged');
    }
    const going = decision.kind === 'best' ? [decision.trial] : decision.rung.trials;
    progress.decide(rung, { going, isLast: decision.kind === 'best' });
    const left = rung.trials.filter((trial) => !going.includes(trial));
    if (left.length > 0) await removeTrials({ model: search.model, keys: left.map(keyOf) });
    if (decision.kind === 'best') return { best: decision.trial, plannedSteps: phaseSteps };
    rung = decision.rung;
  }
}

async function train(
  { model, runId, job, search, heldOutExamples, trials, progress }: Search,
  trial: number,
  rung: { readonly rung: number; readonly steps: number; readonly of: number },
): Promise<TrialResult> {
  const hyperparameters = trials[trial - 1];
  const validated = job.options.earlyStopping
    ? {}
    : { validationShare: search.share, ...(heldOutExamples && { heldOutExamples }) };
  const trialJob: TrialInput['job'] = {
    ...job,
    key: keyOf(trial),
    stopAtStep: rung.steps,
    ...validated,
  };
  const result = await trainTrial.executeWithOptions(
    { summary: trialSummary({ trial, hyperparameters, ...rung }) },
    [{ model, runId, trial, trials: rung.of, rung: rung.rung, job: trialJob, hyperparameters }],
  );
  progress.end(result);
  return result;
}

/** The trainer's slots say how many of them run at once. One that fails ends the others, and each has ended then. */
async function together<T>(works: readonly (() => Promise<T>)[]): Promise<T[]> {
  const scope = new CancellationScope();
  const guarded = (work: () => Promise<T>) =>
    work().catch((error: unknown) => {
      scope.cancel();
      throw error;
    });
  const settled = await scope.run(() => Promise.allSettled(works.map(guarded)));
  const failures = settled.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []));
  if (failures.length > 0) throw failures.find((error) => !isCancellation(error)) ?? failures[0];
  return settled.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
}

/** Checkpoints of a trial stand under it. */
const keyOf = (trial: number): string => `${workflowInfo().workflowId}/trial-${trial}`;

/** A phase that is to be trained, on whose behalf, and what the model file says of a search. */
export interface PhaseToSearch extends Omit<SearchInput, 'search'> {
  readonly search: SearchSpec | undefined;
}

/** @returns the job that is to be trained: as given, or with what a search found best where it is about this phase */
export async function searchPhase({
  search,
  job,
  ...about
}: PhaseToSearch): Promise<Pick<SearchResult, 'job'> & Partial<SearchResult>> {
  if (search === undefined || searchedPhase(search) !== modelFilePhases[job.kind]) return { job };
  return executeChild(searchWorkflow, {
    workflowId: workflowIds.search(workflowInfo().workflowId),
    staticSummary: `${about.model}: search of ${Object.keys(search.space).join(', ')}`,
    args: [{ ...about, search, job }],
  });
}
