// A search of two trials that has ended, for the reports of each kind of model.
import type { SearchTable } from '../../contracts/search.ts';

export function exampleSearch(phase = 'fineTuning'): SearchTable {
  const space = { [`${phase}.learningRate`]: [1e-3, 1e-2] };
  return {
    search: { space, trials: 2, eta: 2, minimumSteps: 50, share: 0.1 },
    ...{ phase, plannedSteps: 400, goesOn: false },
    trials: [
      {
        ...{ trial: 1, rung: 0, outcome: 'dropped' },
        hyperparameters: { [`${phase}.learningRate`]: 1e-3 },
        results: [{ steps: 50, loss: 0.7 }],
      },
      {
        ...{ trial: 2, rung: 0, outcome: 'best' },
        hyperparameters: { [`${phase}.learningRate`]: 1e-2 },
        results: [{ steps: 50, loss: 0.5 }],
      },
    ],
  };
}
