import { describe, expect, it } from 'vitest';
import type { RoutingDocument } from '../../../contracts/registry.ts';
import type { LoadedVersion } from '../../../serving/loaded-version.ts';
import { circumstances, planFor } from '../../../serving/plan.ts';
import { createLanguageVersion, createVersion, servedModelOf } from '../../support/served-versions.ts';

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

describe('in the place of a champion that is not loaded', () => {
  const routing = { ...servedModelOf([]).routing(), champion: 3, previous: 1, quarantined: [] as number[] };
  const planOf = (loaded: readonly LoadedVersion[], changes: object = {}) => {
    const model = servedModelOf(loaded);
    return planFor(model, { ...routing, ...changes } as RoutingDocument, { subject: 'kim', id: 'clf-1' });
  };

  it('the version before answers everybody, and its answers belong to no experiment', () => {
    const [one, two] = versions;
    const plan = planOf([one, two]);
    expect(plan).toEqual({ arm: 'champion', served: one, shadow: undefined, isApart: true });
    const known = plan && circumstances('mail-filter', routing as RoutingDocument, plan);
    expect(known).toEqual({ model: 'mail-filter', generation: 7, arm: 'champion' });
  });

  it('nobody answers where that one is not loaded either, or was taken back, or there is none', () => {
    const [one, two] = versions;
    expect(planOf([two])).toBeUndefined();
    expect(planOf([one, two], { quarantined: [1] })).toBeUndefined();
    expect(planOf([one, two], { previous: undefined })).toBeUndefined();
  });

  it('nobody is needed where it is loaded', () => {
    expect(planOf([createLanguageVersion(1), createLanguageVersion(3)])?.served.version).toBe(3);
  });
});

describe('of several versions at once', () => {
  const three = [1, 2, 3, 4].map((version) => createLanguageVersion(version));
  const subjects = Array.from({ length: 900 }, (_, index) => `subject-${index}`);
  const plansOf = (
    challenger: Parameters<typeof servedModelOf>[1],
    among: readonly LoadedVersion[] = three,
  ) => {
    const model = servedModelOf(among, { trafficFraction: 0.25, ...challenger });
    const routing = model.routing();
    return subjects.map((subject) => routing && planFor(model, routing, { subject, id: subject }));
  };
  const versionsOf = (plans: ReturnType<typeof plansOf>) => plans.map((plan) => plan?.served.version);

  it('each answers its share of the subjects, whichever is named first', () => {
    const served = versionsOf(plansOf({ others: [3, 4] }));
    for (const version of [1, 2, 3, 4]) {
      const share = served.filter((it) => it === version).length / served.length;
      expect(Math.abs(share - 0.25)).toBeLessThan(0.044); // three standard errors of 900 subjects
    }
    expect(versionsOf(plansOf({ version: 4, others: [2, 3] }))).toEqual(served);
  });

  it('the subjects of one that left are the champion’s and enter no test; all others stay where they were', () => {
    const before = versionsOf(plansOf({ others: [3, 4] }));
    const after = plansOf({ others: [4], left: [3] });
    for (const [index, plan] of after.entries()) {
      const had = before[index];
      expect(plan?.served.version).toBe(had === 3 ? 1 : had);
      expect(plan?.isApart ?? false).toBe(had === 3);
    }
    const routing = servedModelOf(three, { others: [4], left: [3] }).routing();
    const known = routing && circumstances('m', routing, { arm: 'champion', isApart: true });
    expect(known).not.toHaveProperty('experiment');
  });

  it('each is compared with a part of the champion’s subjects, where answers are compared', () => {
    const classifiers = [1, 2, 3, 4].map((version) => createVersion(version));
    const plans = plansOf({ others: [3, 4], mode: 'shadow', trafficFraction: 0 }, classifiers);
    expect(new Set(versionsOf(plans))).toEqual(new Set([1]));
    const compared = plans.map((plan) => plan?.shadow?.version);
    for (const version of [2, 3, 4])
      expect(compared.filter((it) => it === version).length).toBeGreaterThan(900 / 3 - 45);
    const later = plansOf({ others: [4], left: [3], mode: 'shadow', trafficFraction: 0 }, classifiers);
    for (const [index, plan] of later.entries())
      expect(plan?.shadow?.version).toBe(compared[index] === 3 ? undefined : compared[index]);
  });
});
