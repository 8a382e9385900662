// The table of trials that the Temporal UI and `coppice watch` show while a search goes on.
import { setCurrentDetails, setHandler, upsertMemo } from '@temporalio/workflow';
import type { TrialResult } from '../activities/trials.ts';
import type { Hyperparameters } from '../contracts/model-spec/search.ts';
import { hyperparametersText } from '../contracts/model-spec/searched-phase.ts';
import type { SearchStatus, TrialRow } from '../contracts/search.ts';
import { searchStatusQuery } from './messages.ts';

export type TrialProgress = ReturnType<typeof trackTrials>;

interface Rung {
  readonly rung: number;
  readonly trials: readonly number[];
}

/** @param trials hyperparameters of trial 1 and those after it */
export function trackTrials(phase: string, trials: readonly Hyperparameters[]) {
  const rows = trials.map(
    (hyperparameters, index): TrialRow => ({
      ...{ trial: index + 1, hyperparameters, rung: 0, results: [], outcome: 'waiting' },
    }),
  );
  const status = (): SearchStatus => ({ phase, trials: rows });
  const change = (trial: number, changes: Partial<TrialRow>) => {
    rows[trial - 1] = { ...rows[trial - 1], ...changes };
    setCurrentDetails(searchDetails(status()));
  };
  setHandler(searchStatusQuery, status);
  return {
    status,
    /** Trials that have not lost: their checkpoints may stand. */
    kept: () =>
      rows
        .filter(({ outcome }) => ['waiting', 'running', 'best'].includes(outcome))
        .map(({ trial }) => trial),
    begin: ({ rung, trials: going }: Rung) => {
      for (const trial of going) change(trial, { rung, outcome: 'running' });
    },
    end: ({ trial, steps, loss }: TrialResult) => {
      const result = { steps, ...(loss !== undefined && { loss }) };
      change(trial, { results: [...rows[trial - 1].results, result] });
    },
    decide: ({ trials: of }: Rung, { going, isLast }: { going: readonly number[]; isLast: boolean }) => {
      for (const trial of of) {
        const lost = rows[trial - 1].results.at(-1)?.loss === undefined ? 'diverged' : 'dropped';
        change(trial, { outcome: !going.includes(trial) ? lost : isLast ? 'best' : 'waiting' });
      }
      upsertMemo({ trials: rows });
    },
  };
}

/** All trials as a Markdown table. */
export function searchDetails({ phase, trials }: SearchStatus): string {
  const rows = trials.map(({ trial, hyperparameters, rung, results, outcome }) => {
    const values = hyperparametersText(hyperparameters);
    const { steps = '', loss } = results.at(-1) ?? {};
    return `| ${trial} | ${values} | ${rung} | ${steps} | ${loss?.toFixed(4) ?? ''} | ${outcome} |`;
  });
  const head = `| trial | ${phase} | rung | steps | validation loss | |`;
  return [head, '| ---: | --- | ---: | ---: | ---: | --- |', ...rows].join('\n');
}

/** A trial in a line, as the UI shows it beside its activity. */
export function trialSummary({
  trial,
  of,
  rung,
  steps,
  hyperparameters,
}: {
  readonly trial: number;
  readonly of: number;
  readonly rung: number;
  readonly steps: number;
  readonly hyperparameters: Hyperparameters;
}): string {
  return `trial ${trial} of ${of}, rung ${rung}, to step ${steps}: ${hyperparametersText(hyperparameters)}`;
}
