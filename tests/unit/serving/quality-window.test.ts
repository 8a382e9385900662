import { describe, expect, it } from 'vitest';
import { createQualityWindow } from '../../../serving/quality-window.ts';

describe('quality window', () => {
  it('tells the share of right answers and how many it rests on', () => {
    const window = createQualityWindow(10);
    for (const correct of [true, true, false, true]) window.add(1, correct);
    expect(window.read(1)).toEqual({ accuracy: 0.75, labelled: 4 });
  });

  it('forgets the oldest beyond its size', () => {
    const window = createQualityWindow(3);
    for (const correct of [false, false, true, true, true]) window.add(1, correct);
    expect(window.read(1)).toEqual({ accuracy: 1, labelled: 3 });
  });

  it('keeps versions apart', () => {
    const window = createQualityWindow(3);
    window.add(1, false);
    window.add(2, true);
    expect([window.read(1).accuracy, window.read(2).accuracy]).toEqual([0, 1]);
  });

  it('has no accuracy without labels, rather than a bad one', () => {
    expect(createQualityWindow(3).read(1)).toEqual({ accuracy: NaN, labelled: 0 });
  });
});
