// What a ledger says when it is read from its first entry to its last: who serves, who served, what is quarantined.
import type {
  LedgerEntry,
  RoutingDocument,
  StoredSpec,
  VersionDocument,
  VersionState,
} from '../../contracts/registry.ts';
import { challengersOf } from '../../contracts/registry.ts';

/** A stored spec as the ledger holds it, its spec not yet read as one. */
export type AppliedSpec = Omit<StoredSpec, 'spec'> & { readonly spec: object };

export interface RegistryState {
  readonly model: string;
  readonly versions: ReadonlyMap<number, VersionDocument>;
  /** The newest one that was applied. */
  readonly spec: AppliedSpec | undefined;
  /** Absent before the first change of routing. */
  readonly routing: RoutingDocument | undefined;
  /** Versions that were champion and may be again: the last one serves, the one before it is what a rollback goes to. */
  readonly champions: readonly number[];
  /** Versions that saw what was forgotten since, directly or through the version that they were trained on from. */
  readonly retrainingDue: ReadonlySet<number>;
}

/** @returns the state before the first entry */
export function emptyState(model: string): RegistryState {
  return {
    model,
    versions: new Map(),
    spec: undefined,
    routing: undefined,
    champions: [],
    retrainingDue: new Set(),
  };
}

/** The champions after a change: a promotion comes last, a version rolled back is struck out wherever it stood. */
export function nextChampions(
  champions: readonly number[],
  change: LedgerEntry['change'],
): readonly number[] {
  if (change.kind !== 'promote' && change.kind !== 'rollback') return champions;
  const others = champions.filter((version) => version !== change.version);
  return change.kind === 'promote' ? [...others, change.version] : others;
}

/** @returns the state after one more entry */
export function foldEntry(state: RegistryState, entry: LedgerEntry): RegistryState {
  const { change, result } = entry;
  const { version, routing } = result;
  return {
    model: state.model,
    versions: version ? new Map([...state.versions, [version.version, version]]) : state.versions,
    spec: appliedSpec(entry) ?? state.spec,
    routing: routing ?? state.routing,
    champions: nextChampions(state.champions, change),
    retrainingDue: nextRetrainingDue(state, { change, version }),
  };
}

/** @returns the spec that an entry applied, where it did */
export function appliedSpec({ model, at, actor, change, result }: LedgerEntry): AppliedSpec | undefined {
  if (change.kind !== 'apply' || !result.spec) return undefined;
  const { revision } = result.spec;
  return { model, revision, at, by: actor, spec: change.spec, reference: change.reference };
}

function nextRetrainingDue(
  { retrainingDue, versions }: RegistryState,
  { change, version }: { change: LedgerEntry['change']; version: VersionDocument | undefined },
): ReadonlySet<number> {
  const due = new Set(retrainingDue);
  if (change.kind === 'mark-for-retraining') {
    for (const marked of change.versions) due.add(marked);
    for (const { version: later, basedOn } of versions.values())
      if (basedOn && due.has(basedOn)) due.add(later);
  }
  if (version?.basedOn && due.has(version.basedOn)) due.add(version.version);
  return due;
}

/** @returns what became of a version that is registered */
export function versionState({ routing, champions }: RegistryState, version: number): VersionState {
  if (routing?.champion === version) return 'champion';
  if (routing?.challenger && challengersOf(routing).includes(version)) return routing.challenger.mode;
  if (routing?.quarantined.includes(version)) return 'rolled-back';
  return champions.includes(version) ? 'retired' : 'registered';
}
