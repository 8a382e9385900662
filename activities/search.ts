// What a search decides: its trials, who goes on, and what is written down of it.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { Hyperparameters, SearchSpec } from '../contracts/model-spec/search.ts';
import type { SearchTable } from '../contracts/search.ts';
import type { RunIdentity, StageRecord } from '../contracts/stage-results.ts';
import type { PhaseJob } from '../contracts/training-job.ts';
import type { HalvingDecision, Rung, TrialLoss } from '../pipeline/search/halving.ts';
import { decide, firstRung } from '../pipeline/search/halving.ts';
import { withHyperparameters } from '../pipeline/search/hyperparameters.ts';
import { sampleTrials } from '../pipeline/search/sampling.ts';
import type { StageRunner } from './stage-runner.ts';

export interface SearchActivityDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  /** Of a job's key; see worker/trainer/checkpoint.ts. */
  readonly removeCheckpoints: (key: string) => Promise<void>;
}

export interface RecordSearchInput extends RunIdentity {
  readonly table: SearchTable;
  /** Of the phase as the model file has it. */
  readonly job: PhaseJob;
}

export interface RecordedSearch extends StageRecord {
  /** JSON: contracts/search.ts. */
  readonly table: ArtifactReference;
  /** The job with the best trial's hyperparameters. */
  readonly job: PhaseJob;
}

export type SearchActivities = ReturnType<typeof createSearchActivities>;

export function createSearchActivities({
  artifacts,
  runStage,
  removeCheckpoints,
}: SearchActivityDependencies) {
  return {
    /** Draws the trials; the same for the same seed. */
    planTrials({ search, seed }: { model: string; search: SearchSpec; seed: number }): Promise<{
      trials: Hyperparameters[];
      rung: Rung;
    }> {
      const trials = sampleTrials(search, seed);
      return Promise.resolve({ trials, rung: firstRung(trials.length, search) });
    },

    /** Decides what follows a rung. */
    decideRung({
      search,
      rung,
      losses,
      phaseSteps,
    }: {
      model: string;
      search: SearchSpec;
      rung: Rung;
      losses: readonly TrialLoss[];
      phaseSteps: number;
    }): Promise<HalvingDecision> {
      return Promise.resolve(decide(rung, losses, { ...search, phaseSteps }));
    },

    /** Of trials that nothing goes on from. */
    async removeTrials({ keys }: { model: string; keys: readonly string[] }): Promise<void> {
      for (const key of keys) await removeCheckpoints(key);
    },

    /** Writes down how the trials compare. */
    async recordSearch({ model, runId, table, job }: RecordSearchInput): Promise<RecordedSearch> {
      const best = table.trials.find(({ outcome }) => outcome === 'best');
      if (best === undefined) throw new TypeError('a search is recorded once a trial is the best');
      const { tokens } = job;
      const recorded = await runStage({
        ...{
          stage: 'training',
          step: 'search',
          run: { model, runId },
          parameters: table,
          inputs: { tokens },
        },
        compute: async () => {
          const reference = await artifacts.putJson(table);
          const loss = best.results.at(-1)?.loss;
          const metrics = {
            trials: table.trials.length,
            bestTrial: best.trial,
            ...(loss !== undefined && { bestLoss: loss }),
          };
          return { result: { table: reference }, outputs: { table: reference }, metrics };
        },
      });
      return { ...recorded, job: withHyperparameters(job, best.hyperparameters) };
    },
  };
}
