import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChange } from '../../../../artifacts/registry/apply-change.ts';
import type { RegistryState } from '../../../../artifacts/registry/state.ts';
import { emptyState, foldEntry, versionState } from '../../../../artifacts/registry/state.ts';
import { CoppiceFailure } from '../../../../contracts/failures.ts';
import type { LedgerEntry, RegistryChange } from '../../../../contracts/registry.ts';
import { registryChangeSchema, routingDocumentSchema } from '../../../../contracts/registry.ts';
import {
  challenge,
  model,
  promote,
  register,
  rollback,
  withdraw,
} from '../../../support/registry-fixtures.ts';

const at = '2026-05-01T00:00:00.000Z';

function step(state: RegistryState, change: RegistryChange): RegistryState {
  const parsed = registryChangeSchema.parse(change);
  return foldEntry(state, { change: parsed, result: applyChange(state, parsed, at) } as LedgerEntry);
}
const after = (...changes: RegistryChange[]): RegistryState => changes.reduce(step, emptyState(model));
const three = [register(), register(), register()];
const routingAfter = (...changes: RegistryChange[]) => after(...three, ...changes).routing;
const refusal = (message: RegExp) =>
  expect.objectContaining({
    type: 'InvalidInput',
    message: expect.stringMatching(message) as string,
  }) as Error;

describe('a change of the registry', () => {
  it('marks versions for retraining, and with them what was trained on from them, before and after', () => {
    const basedOn = (version: number): RegistryChange => {
      const change = register();
      if (change.kind !== 'register') throw new Error('not a registration');
      return { ...change, version: { ...change.version, basedOn: version } };
    };
    const mark: RegistryChange = { kind: 'mark-for-retraining', versions: [1], forgetting: 'f0' };
    const state = after(register(), register(), basedOn(1), promote(1), mark, basedOn(3), register());
    expect([...state.retrainingDue]).toEqual([1, 3, 4]);
    expect(state.routing?.champion).toBe(1);
    const nobody = { ...mark, versions: [9] };
    expect(() => after(register(), nobody)).toThrow(refusal(/mail-filter@9 is not registered/));
  });

  it('numbers versions one after another and leaves the routing alone', () => {
    const state = after(...three);
    expect([...state.versions.keys()]).toEqual([1, 2, 3]);
    expect(state.versions.get(3)).toMatchObject({ version: 3, createdAt: at, model });
    expect(state.routing).toBeUndefined();
    expect(versionState(state, 2)).toBe('registered');
  });

  it('promotes the first version, then the next, which keeps the one before', () => {
    expect(routingAfter(promote(1))).toEqual({ model, generation: 1, at, champion: 1, quarantined: [] });
    expect(routingAfter(promote(1), promote(2))).toMatchObject({ generation: 2, champion: 2, previous: 1 });
    expect(versionState(after(...three, promote(1), promote(2)), 1)).toBe('retired');
  });

  it('makes no version the one before itself when it is promoted twice', () => {
    expect(routingAfter(promote(1), promote(1))).toEqual({
      model,
      generation: 2,
      at,
      champion: 1,
      quarantined: [],
    });
    expect(routingAfter(promote(1), promote(2), promote(2))).toMatchObject({ champion: 2, previous: 1 });
  });

  it('puts a challenger through shadow and canary, and promotes it out of the challenge', () => {
    const shadow = after(...three, promote(1), challenge(2, { mode: 'shadow', trafficFraction: 0, step: 0 }));
    expect(versionState(shadow, 2)).toBe('shadow');
    const canary = step(shadow, challenge(2, { trafficFraction: 0.5, step: 2 }));
    expect(canary.routing).toMatchObject({
      generation: 3,
      champion: 1,
      challenger: { version: 2, trafficFraction: 0.5 },
    });
    expect(versionState(canary, 2)).toBe('canary');
    const promoted = step(canary, promote(2));
    expect(promoted.routing).toEqual({ model, generation: 4, at, champion: 2, previous: 1, quarantined: [] });
  });

  it('leaves another challenger in its place when a version is promoted', () => {
    expect(routingAfter(promote(1), challenge(2), promote(3))).toMatchObject({
      champion: 3,
      challenger: { version: 2 },
    });
  });

  it('withdraws a challenger without a judgement on it', () => {
    const state = after(...three, promote(1), challenge(2), withdraw(2));
    expect(state.routing).toEqual({ model, generation: 3, at, champion: 1, quarantined: [] });
    expect(versionState(state, 2)).toBe('registered');
  });

  it('leaves the challenger alone when a version is withdrawn that is none', () => {
    expect(routingAfter(promote(1), challenge(2), withdraw(3))).toMatchObject({
      generation: 3,
      challenger: { version: 2 },
    });
  });

  it('rolls a challenger back and quarantines it', () => {
    const state = after(...three, promote(1), challenge(2), rollback(2));
    expect(state.routing).toEqual({ model, generation: 3, at, champion: 1, quarantined: [2] });
    expect(versionState(state, 2)).toBe('rolled-back');
  });

  it('rolls the champion back to the version before, and again to the one before that', () => {
    const twice = after(...three, promote(1), promote(2), promote(3), rollback(3));
    expect(twice.routing).toEqual({ model, generation: 4, at, champion: 2, previous: 1, quarantined: [3] });
    expect(step(twice, rollback(2)).routing).toEqual({
      model,
      generation: 5,
      at,
      champion: 1,
      quarantined: [2, 3],
    });
  });

  it('never goes back to a version that was rolled back in the meantime', () => {
    const state = after(...three, promote(1), promote(2), promote(3), challenge(2), rollback(2));
    expect(state.routing).toMatchObject({ champion: 3, previous: 1, quarantined: [2] });
    expect(step(state, rollback(3)).routing).toMatchObject({ champion: 1, quarantined: [2, 3] });
  });

  it('quarantines a version that is in no traffic', () => {
    expect(routingAfter(promote(1), rollback(3))).toMatchObject({ champion: 1, quarantined: [3] });
  });

  it('clears a challenger that a rollback makes champion', () => {
    const routing = routingAfter(promote(1), promote(2), challenge(1), rollback(2));
    expect(routing).toEqual({ model, generation: 4, at, champion: 1, quarantined: [2] });
  });

  it('refuses to roll back where there is no version before', () => {
    const state = after(...three, promote(1), challenge(2), rollback(2));
    const missing = expect.objectContaining({ type: 'RollbackTargetMissing' }) as Error;
    expect(() => step(state, rollback(1))).toThrow(missing);
  });

  it('refuses a quarantined version, until a person brings it back', () => {
    const state = after(...three, promote(1), challenge(2), rollback(2));
    expect(() => step(state, promote(2))).toThrow(refusal(/mail-filter@2 is quarantined/));
    expect(() => step(state, challenge(2))).toThrow(refusal(/mail-filter@2 is quarantined/));
    const back = step(state, { ...challenge(2), overrideQuarantine: true });
    expect(back.routing).toMatchObject({ challenger: { version: 2 }, quarantined: [] });
    expect(step(back, promote(2)).routing).toMatchObject({ champion: 2, previous: 1 });
  });

  it.each([
    ['a version that is not registered', [promote(4)], /mail-filter@4 is not registered/],
    ['a challenger that is not registered', [promote(1), challenge(4)], /mail-filter@4 is not registered/],
    [
      'a second challenger',
      [promote(1), challenge(2), challenge(3)],
      /@3 cannot challenge while mail-filter@2 does/,
    ],
    ['a challenger without a champion', [challenge(1)], /has no champion/],
    ['a champion that challenges itself', [promote(1), challenge(1)], /is the champion/],
    ['a shadow with traffic', [promote(1), challenge(2, { mode: 'shadow' })], /is a shadow/],
  ])('refuses %s', (_what, changes, message) => {
    expect(() => routingAfter(...changes)).toThrow(refusal(message));
  });

  it('refuses to register the version of another model', () => {
    const foreign = register() as RegistryChange & { kind: 'register' };
    const change = { ...foreign, version: { ...foreign.version, model: 'help-ko' } };
    expect(() => after(change)).toThrow(refusal(/help-ko/));
  });

  it('keeps its invariants through any sequence of changes', () => {
    const version = fc.integer({ min: 1, max: 5 });
    const mode = fc.constantFrom(
      { mode: 'shadow' as const, trafficFraction: 0 },
      { mode: 'canary' as const },
    );
    const change = fc.oneof(
      fc.constant(register()),
      version.map(promote),
      fc.tuple(version, mode).map(([n, overrides]) => challenge(n, overrides)),
      fc
        .tuple(version, mode)
        .map(([n, overrides]) => ({ ...challenge(n, overrides), overrideQuarantine: true })),
      version.map(withdraw),
      version.map(rollback),
    );
    let applied = 0;
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60, size: 'max' }), (changes) => {
        let state = after(...three);
        for (const next of changes) {
          const before = state;
          try {
            state = step(state, next);
          } catch (error) {
            expect(error).toBeInstanceOf(CoppiceFailure);
            continue;
          }
          applied += 1;
          expectInvariants(before, next, state);
        }
      }),
    );
    expect(applied).toBeGreaterThan(1_000);
  });
});

function expectInvariants(
  before: RegistryState,
  change: RegistryChange,
  { routing, versions }: RegistryState,
): void {
  expect(routing?.generation ?? 0).toBe(
    (before.routing?.generation ?? 0) + (change.kind === 'register' ? 0 : 1),
  );
  expect([...versions.keys()]).toEqual([...versions.keys()].map((_, index) => index + 1));
  if (!routing) return;
  routingDocumentSchema.parse(routing);
  const { champion, previous, challenger, quarantined } = routing;
  const serving = [champion, previous, challenger?.version].filter((version) => version !== undefined);
  for (const version of serving) {
    expect(quarantined).not.toContain(version);
    expect(versions.has(version)).toBe(true);
  }
  expect(previous === undefined || previous !== champion).toBe(true);
  expect(challenger === undefined || challenger.version !== champion).toBe(true);
  // Nothing but a rollback of its own takes a champion out of service without a promotion.
  if (champion === undefined) expect(before.routing?.champion).toBeUndefined();
  if (before.routing && champion !== before.routing.champion) {
    expect(change.kind === 'promote' || change.kind === 'rollback').toBe(true);
  }
}

describe('several challengers at once', () => {
  const together = challenge(2, { others: [3], trafficFraction: 0.25 });
  const challengerAfter = (...changes: RegistryChange[]) =>
    routingAfter(promote(1), together, ...changes)?.challenger;

  it('leave one by one, and who left is remembered for its subjects', () => {
    expect(challengerAfter()).toMatchObject({ version: 2, others: [3] });
    const without2 = challengerAfter(rollback(2));
    expect(without2).toMatchObject({ version: 3, left: [2] });
    expect(without2).not.toHaveProperty('others');
    expect(challengerAfter(withdraw(3))).toMatchObject({ version: 2, left: [3] });
    expect(challengerAfter(withdraw(3), withdraw(2))).toBeUndefined();
  });

  it('are all in traffic, and all are out of it once one is the champion', () => {
    const state = after(...three, promote(1), together);
    expect([2, 3].map((version) => versionState(state, version))).toEqual(['canary', 'canary']);
    const promoted = routingAfter(promote(1), together, promote(3));
    expect(promoted).toMatchObject({ champion: 3 });
    expect(promoted).not.toHaveProperty('challenger');
  });

  it('must be different, registered and free, and leave the champion a part', () => {
    const refused =
      (others: number[], trafficFraction = 0.25, ...before: RegistryChange[]) =>
      () =>
        routingAfter(promote(1), ...before, challenge(2, { others, trafficFraction }));
    expect(refused([2])).toThrow(refusal(/beside itself/));
    expect(refused([1])).toThrow(refusal(/is the champion/));
    expect(refused([9])).toThrow(refusal(/not registered/));
    expect(refused([3], 0.6)).toThrow(refusal(/cannot have 0.6 of the traffic each/));
    expect(refused([3], 0.25, challenge(3), rollback(3))).toThrow(refusal(/is quarantined/));
  });
});
