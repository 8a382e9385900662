import { describe, expect, it } from 'vitest';
import type { SearchTable, TrialRow } from '../../../../../contracts/search.ts';
import { drawSearchPlot, searchPlot } from '../../../../../pipeline/evaluation/report/search-plot.ts';
import { searchSection } from '../../../../../pipeline/evaluation/report/search-section.ts';

const row = (trial: number, results: TrialRow['results'], outcome: TrialRow['outcome']): TrialRow => ({
  ...{ trial, results, outcome, rung: results.length - 1 },
  hyperparameters: { 'fineTuning.learningRate': trial / 100, 'fineTuning.schedule': 'cosine' },
});
const search: SearchTable = {
  search: {
    space: { 'fineTuning.learningRate': { uniform: [0, 1] }, 'fineTuning.schedule': ['cosine'] },
    ...{ trials: 4, eta: 2, minimumSteps: 50, share: 0.1 },
  },
  phase: 'fineTuning',
  plannedSteps: 400,
  goesOn: false,
  trials: [
    row(1, [{ steps: 50, loss: 0.7 }], 'dropped'),
    row(
      2,
      [
        { steps: 50, loss: 0.5 },
        { steps: 100, loss: 0.45 },
      ],
      'dropped',
    ),
    row(
      3,
      [
        { steps: 50, loss: 0.6 },
        { steps: 100, loss: 0.31234 },
      ],
      'best',
    ),
    row(4, [{ steps: 12 }], 'diverged'),
  ],
};

describe('a search in a report', () => {
  it('compares all trials: hyperparameters, loss and steps of each rung, the best first', async () => {
    const section = String(searchSection({ search }, await drawSearchPlot(search)));
    const rows = [...section.matchAll(/<tr>(<td.*?)<\/tr>/gs)].map(([, cells]) =>
      cells
        .replace(/<small>/g, ' ')
        .replace(/<\/td>\s*/g, '|')
        .replace(/<[^>]+>/g, ''),
    );
    expect(rows).toEqual([
      '3|0.03|cosine|0.6000 step 50|0.3123 step 100|kept|',
      '2|0.02|cosine|0.5000 step 50|0.4500 step 100|dropped|',
      '1|0.01|cosine|0.7000 step 50||dropped|',
      '4|0.04|cosine|diverged step 12||diverged|',
    ]);
    expect(section).toContain('the best was trial 3');
    expect(section).toContain('trained with them from its start');
  });

  it('says where the version went on from the best trial', () => {
    expect(String(searchSection({ search: { ...search, goesOn: true } }, null))).toContain(
      'went on from where that trial ended',
    );
  });

  it('draws a line a trial, the one that was kept in its own colour, and tells the same in words', async () => {
    const plot = await drawSearchPlot(search);
    const lines = String(plot?.svg).matchAll(/<path d="M[^"]*" stroke="([^"]+)" stroke-width="2"/g);
    expect([...lines].map(([, stroke]) => stroke)).toEqual([
      ...['var(--majority)', 'var(--majority)', 'var(--candidate)'],
    ]);
    expect(plot?.alternative).toContain(
      'Trial 3, which was kept: 0.600 at step 50, 0.312 at step 100. Trial 4: diverged at step 12.',
    );
  });

  it('has nothing to draw where every trial diverged, and nothing to tell where none was searched', async () => {
    const trials = [row(1, [{ steps: 3 }], 'diverged')];
    expect(searchPlot({ ...search, trials })).toBeNull();
    expect(await drawSearchPlot(undefined)).toBeNull();
    expect(searchSection({}, null)).toBeNull();
  });
});
