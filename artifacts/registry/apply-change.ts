// What a change makes of a model's state: pure, so that the ledger can be checked by doing it again.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type {
  Challenger,
  LedgerEntry,
  RegistryChange,
  RoutingDocument,
  VersionDocument,
} from '../../contracts/registry.ts';
import { challengersOf, formatVersion } from '../../contracts/registry.ts';
import { hashCanonical } from '../canonical-json.ts';
import type { RegistryState } from './state.ts';
import { nextChampions } from './state.ts';

/**
 * @param at ISO time that the produced documents carry
 * @returns the version that a registration made, or the routing that any other change made
 * @throws CoppiceFailure InvalidInput where the change makes no sense, RollbackTargetMissing where no version is left
 *   to go back to
 */
export function applyChange(state: RegistryState, change: RegistryChange, at: string): LedgerEntry['result'] {
  if (change.kind === 'register') return { version: register(state, change.version, at) };
  if (change.kind === 'apply') return { spec: apply(state, change) };
  if (change.kind === 'mark-for-retraining') {
    for (const version of change.versions) requireRegistered(state, version);
    return {};
  }
  for (const version of change.kind === 'challenge' ? challengersOf(change) : [change.version])
    requireRegistered(state, version);
  return { routing: reroute(state, change, at) };
}

/** A change of who serves. */
type Rerouting = Exclude<RegistryChange, { kind: 'register' | 'apply' | 'mark-for-retraining' }>;

/** Quarantine and challenger after the change; champion and previous follow from the champions. */
interface Arms {
  readonly quarantined: readonly number[];
  readonly challenger: Challenger | undefined;
}

function reroute(state: RegistryState, change: Rerouting, at: string): RoutingDocument {
  const champions = nextChampions(state.champions, change);
  const champion = champions.at(-1);
  const previous = champions.at(-2);
  const { quarantined, challenger } = changeArms(state, change);
  // A challenger that became the champion is none, and what it was compared with is over.
  const isOver = champion !== undefined && challengersOf({ challenger }).includes(champion);
  const stillChallenging = isOver ? undefined : challenger;
  return {
    model: state.model,
    generation: (state.routing?.generation ?? 0) + 1,
    at,
    ...(champion !== undefined && { champion }),
    ...(previous !== undefined && { previous }),
    ...(stillChallenging && { challenger: stillChallenging }),
    quarantined: [...quarantined].sort((a, b) => a - b),
  };
}

function changeArms(state: RegistryState, change: Rerouting): Arms {
  const arms: Arms = { quarantined: state.routing?.quarantined ?? [], challenger: state.routing?.challenger };
  switch (change.kind) {
    case 'promote':
      requireFree(state, change.version);
      return arms;
    case 'challenge': {
      const { challenger, overrideQuarantine = false } = change;
      const challengers = challengersOf(change);
      if (!overrideQuarantine) for (const version of challengers) requireFree(state, version);
      const quarantined = arms.quarantined.filter((version) => !challengers.includes(version));
      return { quarantined, challenger: challenge(state, challenger) };
    }
    case 'withdraw':
      return { ...arms, challenger: without(arms.challenger, change.version) };
    case 'rollback': {
      if (state.routing?.champion === change.version && state.champions.length < 2) {
        const bad = formatVersion(state.model, change.version);
        throw new CoppiceFailure('RollbackTargetMissing', `no version before ${bad} to roll back to`, {
          model: state.model,
          version: change.version,
        });
      }
      const others = arms.quarantined.filter((version) => version !== change.version);
      return {
        quarantined: [...others, change.version],
        challenger: without(arms.challenger, change.version),
      };
    }
  }
}

/** What is left where a version leaves: of several the first moves up, and the leaver's subjects are kept apart. */
function without(challenger: Challenger | undefined, version: number): Challenger | undefined {
  const rest = challengersOf({ challenger }).filter((it) => it !== version);
  const [first, others] = [rest.at(0), rest.slice(1)];
  if (!challenger || first === undefined) return undefined;
  if (others.length === (challenger.others ?? []).length) return challenger;
  const { others: _others, left = [], ...kept } = challenger;
  return { ...kept, version: first, ...(others.length > 0 && { others }), left: [...left, version] };
}

/** @returns the challenger, where it may be one: a new one, or the next step of the one that is. */
function challenge(state: RegistryState, challenger: Challenger): Challenger {
  const { version, mode, trafficFraction, left = [] } = challenger;
  const { champion, challenger: current } = state.routing ?? {};
  const versions = challengersOf({ challenger });
  const arms = [...versions, ...left];
  if (champion === undefined) refuse(state, version, 'has no champion to challenge; promote it instead');
  if (versions.includes(champion)) refuse(state, champion, 'is the champion and cannot challenge itself');
  if (current && !challengersOf({ challenger: current }).includes(version)) {
    refuse(state, version, `cannot challenge while ${formatVersion(state.model, current.version)} does`);
  }
  if (new Set(arms).size < arms.length) refuse(state, version, 'cannot challenge beside itself');
  if (arms.length * trafficFraction > 1)
    refuse(
      state,
      version,
      `and ${arms.length - 1} others cannot have ${trafficFraction} of the traffic each`,
    );
  if (mode === 'shadow' && trafficFraction !== 0) refuse(state, version, 'is a shadow and answers nobody');
  return challenger;
}

function register(
  state: RegistryState,
  version: Omit<VersionDocument, 'version' | 'createdAt'>,
  at: string,
): VersionDocument {
  if (version.model !== state.model) {
    const message = `a version of ${version.model} cannot be registered as one of ${state.model}`;
    throw new CoppiceFailure('InvalidInput', message, { model: state.model });
  }
  const last = Math.max(0, ...state.versions.keys());
  return { ...version, version: last + 1, createdAt: at };
}

function apply(
  state: RegistryState,
  { spec, reference }: Extract<RegistryChange, { kind: 'apply' }>,
): { revision: number } {
  const name = spec['name'];
  if (name !== state.model) {
    const message = `the spec of ${JSON.stringify(name)} is not one of ${state.model}`;
    throw new CoppiceFailure('InvalidInput', message, { model: state.model });
  }
  if (`sha256:${hashCanonical(spec)}` !== reference.digest) {
    const message = `${reference.digest} is not the digest of the spec that is applied to ${state.model}`;
    throw new CoppiceFailure('InvalidInput', message, { model: state.model });
  }
  return { revision: (state.spec?.revision ?? 0) + 1 };
}

function requireRegistered(state: RegistryState, version: number): void {
  if (!state.versions.has(version)) refuse(state, version, 'is not registered');
}

function requireFree(state: RegistryState, version: number): void {
  if (state.routing?.quarantined.includes(version))
    refuse(state, version, 'is quarantined; only a person may bring it back');
}

function refuse(state: RegistryState, version: number, why: string): never {
  const message = `${formatVersion(state.model, version)} ${why}`;
  throw new CoppiceFailure('InvalidInput', message, { model: state.model, version });
}
