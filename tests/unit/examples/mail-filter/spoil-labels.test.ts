import { describe, expect, it } from 'vitest';
import { spoilLabels } from '../../../../examples/mail-filter/spoil-labels.ts';

const labels = Array.from({ length: 100 }, (_, at) => ({
  document: `inbox/${at}`,
  label: at % 5 === 0 ? 'spam' : 'ham',
}));

describe('spoilLabels', () => {
  it('turns the share of the spam to ham, touches no ham, and leaves the input as it was', () => {
    const spoiled = spoilLabels(labels, { share: 0.7, seed: 1 });
    expect(spoiled.filter(({ label }) => label === 'spam')).toHaveLength(6);
    expect(spoiled.map(({ document }) => document)).toEqual(labels.map(({ document }) => document));
    expect(labels.filter(({ label }) => label === 'spam')).toHaveLength(20);
  });

  it('spoils the same labels for the same seed and others for another', () => {
    const spoil = (seed: number) => spoilLabels(labels, { share: 0.5, seed });
    expect(spoil(3)).toEqual(spoil(3));
    expect(spoil(3)).not.toEqual(spoil(4));
  });
});
