import { describe, expect, it } from 'vitest';
import { fineTuningSchema } from '../../../../contracts/model-spec/learning.ts';
import { createFineTuning } from '../../../../pipeline/training/fine-tuning.ts';
import type { TokenRows } from '../../../../pipeline/training/token-rows.ts';

const ROWS = 5;
const tokens: TokenRows = {
  rows: ROWS,
  contextLength: 4,
  vocabularySize: 10,
  padId: 0,
  maskId: 4,
  clsId: 2,
  sepId: 3,
  ids: Uint16Array.from({ length: ROWS * 4 }, () => 7),
  lengths: new Uint16Array(ROWS).fill(4),
};
/** One document of the first class, four of the second. */
const training = Array.from({ length: ROWS }, (_, row) => ({ row, label: Math.min(row, 1) }));

function targetsOf(options: Record<string, unknown>): number[][] {
  const objective = createFineTuning({
    config: {
      head: 'classification',
      vocabularySize: 10,
      hiddenSize: 4,
      layers: 1,
      heads: 1,
      intermediateSize: 4,
      contextLength: 4,
      tokenTypes: 2,
      layerNormEpsilon: 1e-12,
      padTokenId: 0,
      labels: ['rare', 'common'],
      dropout: 0,
    },
    seed: 1,
    tokens,
    options: fineTuningSchema.parse({ epochs: 1, dropout: 0, ...options }),
    training,
    validation: [],
  });
  const { targets } = objective.batch(0).feeds;
  return Array.from({ length: targets.length / 2 }, (_, row) => [...targets.subarray(2 * row, 2 * row + 2)]);
}

const sum = (rows: readonly number[][]): number => rows.flat().reduce((total, value) => total + value, 0);

describe('the targets of a batch', () => {
  it('weigh each document alike, and those that are made up nothing', () => {
    const rows = targetsOf({ batchSize: 8 });
    expect(rows).toHaveLength(8);
    expect(rows.filter(([rare]) => rare > 0)).toEqual([[expect.closeTo(0.2, 6), 0]]);
    expect(rows.filter(([, common]) => common > 0)).toHaveLength(4);
    expect(sum(rows)).toBeCloseTo(1, 6);
  });

  it('weigh the rare class as much as the common one where classes are balanced', () => {
    const rows = targetsOf({ batchSize: 5, classWeights: 'balanced' });
    const common = rows.map(([, weight]) => weight).filter((weight) => weight > 0);
    expect(rows.filter(([rare]) => rare > 0)).toEqual([[expect.closeTo(0.5, 6), 0]]);
    expect(common).toEqual(Array(4).fill(expect.closeTo(0.125, 6)));
  });

  it('spread a share of each label over all classes where labels are smoothed', () => {
    const rows = targetsOf({ batchSize: 5, labelSmoothing: 0.2 });
    for (const [rare, common] of rows) expect(Math.min(rare, common)).toBeCloseTo(0.2 * 0.1, 6);
    expect(sum(rows)).toBeCloseTo(1, 6);
  });
});
