import { describe, expect, it } from 'vitest';
import { learningPlot } from '../../../../../pipeline/evaluation/report/learning-plot.ts';

describe('the learning curve', () => {
  const curve = [
    { step: 10, trainingLoss: 0.7, validationLoss: 0.65 },
    { step: 20, trainingLoss: 0.5, validationLoss: 0.6 },
    { step: 30, trainingLoss: 0.3, validationLoss: 0.7 },
  ];
  const rings = (plot: ReturnType<typeof learningPlot>): number =>
    JSON.stringify(plot?.spec).split('"filled":false').length - 1;

  it('says and shows which step a phase with early stopping kept', () => {
    const plot = learningPlot([curve[0], { ...curve[1], kept: true }, curve[2]]);
    expect(plot?.alternative).toMatch(/The weights of step 20 were kept\.$/);
    expect(rings(plot)).toBe(1);
  });

  it('says nothing of it for any other phase', () => {
    const plot = learningPlot(curve);
    expect(plot?.alternative).not.toContain('kept');
    expect(rings(plot)).toBe(0);
  });
});
