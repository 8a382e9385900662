import { describe, expect, it } from 'vitest';
import { planFor } from '../../../serving/plan.ts';
import { createLanguageVersion, servedModelOf } from '../../support/served-versions.ts';

const versions = [createLanguageVersion(1), createLanguageVersion(2)];
const requests = Array.from({ length: 400 }, (_, index) => `cmpl-${index}`);
const armsOf = (challenger: Parameters<typeof servedModelOf>[1], subject = 'kim') => {
  const model = servedModelOf(versions, challenger);
  const routing = model.routing();
  return requests.map((id) => routing && planFor(model, routing, { subject, id })?.arm);
};
const shareOf = (arms: ReturnType<typeof armsOf>) =>
  arms.filter((arm) => arm === 'challenger').length / arms.length;

describe('who answers the requests of one subject', () => {
  it('is always the same version where subjects are assigned', () => {
    expect(new Set(armsOf({})).size).toBe(1);
  });

  it('is drawn anew for each request of an interleaved experiment, in the share of its step', () => {
    const share = shareOf(armsOf({ design: 'interleaved' }));
    expect(share).toBeGreaterThan(0.18); // 0.25 ± 3 standard errors of 400 requests
    expect(share).toBeLessThan(0.32);
  });

  it('is the same on every gateway for the same request, and another experiment draws anew', () => {
    const arms = armsOf({ design: 'interleaved' });
    expect(armsOf({ design: 'interleaved' })).toEqual(arms);
    expect(armsOf({ design: 'interleaved', experiment: 'mail-filter-3' })).not.toEqual(arms);
  });

  it('takes no request from the challenger when its share grows', () => {
    const before = armsOf({ design: 'interleaved' });
    const after = armsOf({ design: 'interleaved', trafficFraction: 0.5, step: 2 });
    expect(before.filter((arm, index) => arm === 'challenger' && after[index] === 'champion')).toEqual([]);
  });
});
