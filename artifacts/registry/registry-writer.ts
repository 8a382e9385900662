// The one write path of the registry: compare-and-set on the ledger, then the documents that follow from the entry.
import { z } from 'zod';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { ModelSpec } from '../../contracts/model-spec/model-spec.ts';
import type {
  LedgerEntry,
  RegistryCommit,
  RoutingDocument,
  VersionDocument,
} from '../../contracts/registry.ts';
import { registryCommitSchema } from '../../contracts/registry.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ObjectStore } from '../object-store.ts';
import { applyChange } from './apply-change.ts';
import type { Heads } from './heads.ts';
import type { LedgerView } from './ledger.ts';
import { createLedger, hashEntry, writeEntry } from './ledger.ts';
import { entriesPerState, writeState } from './ledger-state.ts';
import { project } from './projections.ts';
import type { Signer, Trust } from './signing.ts';
import { createKeyTrust } from './trust.ts';

/** How often a commit that others overtake is tried on the newer ledger before it gives up. */
const attemptsAtMost = 10;

interface CommitResult {
  readonly entry: LedgerEntry;
  readonly routing?: RoutingDocument;
  readonly version?: VersionDocument;
}

export interface RegistryWriter {
  /**
   * Applies one change. The same idempotency key again answers as it did the first time and writes nothing.
   * @throws CoppiceFailure RegistryConflict where the routing has another generation than expected, InvalidInput and
   *   RollbackTargetMissing where the change cannot be, ArtifactCorrupt where the registry was tampered with
   */
  commit(commit: RegistryCommit): Promise<CommitResult>;
  /** Makes a spec the newest of its model; the newest again is not stored twice. @returns the spec as an artifact */
  writeSpec(input: { model: string; spec: ModelSpec; by: string }): Promise<ArtifactReference>;
}

export interface RegistryWriterDependencies {
  /** The registry's bucket. */
  readonly objects: ObjectStore;
  /** Where specs are kept as artifacts. */
  readonly artifacts: ArtifactStore;
  readonly signer: Signer;
  /** Whose earlier entries count; by default the signer's own. */
  readonly trust?: Trust;
  /** What this machine has seen of ledgers: nothing is built on one that lost entries. */
  readonly heads?: Heads;
  readonly now: () => Date;
}

type Commit = z.output<typeof registryCommitSchema>;

export function createRegistryWriter(dependencies: RegistryWriterDependencies): RegistryWriter {
  const { objects, artifacts, signer, now, trust = createKeyTrust([signer.publicKey]) } = dependencies;
  const ledger = createLedger({ objects, trust, heads: dependencies.heads });

  const answer = (entry: LedgerEntry): CommitResult => ({ entry, ...entry.result });

  async function tryCommit(commit: Commit): Promise<CommitResult | 'overtaken'> {
    const view = await ledger.read(commit.model);
    // The last commit may have died between ledger and documents; ours must not bury that.
    const last = view.entries.at(-1);
    if (last) await project(last, { objects, signer, trust });
    if (view.head.sequence > 0 && view.head.sequence % entriesPerState === 0)
      await writeState(objects, signer, view);
    const earlier = view.byIdempotencyKey.get(commit.idempotencyKey);
    if (earlier) return answer(earlier);
    checkGeneration(commit, view);
    const entry = makeEntry(commit, view, now());
    if (!(await writeEntry(objects, signer, entry))) return 'overtaken';
    await project(entry, { objects, signer, trust });
    return answer(entry);
  }

  async function commitChange(input: RegistryCommit): Promise<CommitResult> {
    const commit = parseCommit(input);
    for (let attempt = 1; attempt <= attemptsAtMost; attempt += 1) {
      const outcome = await tryCommit(commit);
      if (outcome !== 'overtaken') return outcome;
    }
    const message = `${commit.model}: others changed the registry ${attemptsAtMost} times before this change`;
    throw new CoppiceFailure('RegistryConflict', message, { model: commit.model });
  }

  return {
    commit: commitChange,

    async writeSpec({ model, spec, by }) {
      if (spec.name !== model)
        throw new CoppiceFailure('InvalidInput', `the spec of ${spec.name} is not one of ${model}`);
      const reference = await artifacts.putJson(spec);
      const newest = (await ledger.read(model)).state.spec;
      if (newest?.reference.digest === reference.digest) return newest.reference;
      await commitChange({
        model,
        // Of several that apply the same spec at once, one does.
        idempotencyKey: `spec/${(newest?.revision ?? 0) + 1}/${reference.digest}`,
        actor: by,
        reason: 'a spec was applied',
        change: { kind: 'apply', spec: asStored(spec), reference },
      });
      return reference;
    },
  };
}

/** Without what is undefined, as canonical JSON leaves it out. */
function asStored(spec: ModelSpec): Extract<RegistryCommit['change'], { kind: 'apply' }>['spec'] {
  return z.record(z.string(), z.json()).parse(JSON.parse(canonicalJson(spec)));
}

function parseCommit(input: RegistryCommit): Commit {
  const parsed = registryCommitSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new CoppiceFailure('InvalidInput', `not a change of the registry: ${problems.join('; ')}`, {
    problems,
  });
}

function checkGeneration({ model, expectedGeneration }: Commit, { state }: LedgerView): void {
  const generation = state.routing?.generation ?? 0;
  if (expectedGeneration === undefined || expectedGeneration === generation) return;
  const message = `routing/${model} has generation ${generation}, the change expected ${expectedGeneration}`;
  throw new CoppiceFailure('RegistryConflict', message, { model, generation, expectedGeneration });
}

function makeEntry(commit: Commit, { head, state }: LedgerView, now: Date): LedgerEntry {
  const { model, actor, reason, evidence, idempotencyKey, change } = commit;
  // The clock may be set back; the ledger's time may not.
  const at = head.at > now.toISOString() ? head.at : now.toISOString();
  const content = {
    model,
    sequence: head.sequence + 1,
    at,
    actor,
    reason,
    evidence,
    idempotencyKey,
    change,
    result: applyChange(state, change, at),
    previousHash: head.hash,
  };
  return { ...content, hash: hashEntry(content) };
}
