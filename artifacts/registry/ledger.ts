// The ledger of a model: every change in order, each entry signed and chained to the one before by its hash. The truth
// of the registry; routing and version documents are projections of it.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { LedgerEntry } from '../../contracts/registry.ts';
import { ledgerEntrySchema } from '../../contracts/registry.ts';
import type { LedgerHead } from '../../contracts/trust.ts';
import { canonicalJson, hashCanonical } from '../canonical-json.ts';
import type { ObjectStore } from '../object-store.ts';
import { putIfAbsent, readObject } from '../object-store.ts';
import type { Heads } from './heads.ts';
import { noHeads } from './heads.ts';
import type { LedgerState, ReadUpTo } from './ledger-state.ts';
import { readNewestState } from './ledger-state.ts';
import type { Signer, Trust } from './signing.ts';
import { verifySigned } from './signing.ts';
import type { RegistryState } from './state.ts';
import { emptyState, foldEntry } from './state.ts';

/** `previousHash` of the first entry. */
export const genesisHash = '0'.repeat(64);
/** Entries read at once when a ledger is read for the first time. */
const readsInFlight = 16;

/** A ledger as far as it was read. Immutable. */
export interface LedgerView {
  /** Where reading began: with the first entry, or with what follows a state that was written down. */
  readonly since: ReadUpTo;
  readonly head: ReadUpTo;
  /** Those after `since`. */
  readonly entries: readonly LedgerEntry[];
  readonly state: RegistryState;
  readonly byIdempotencyKey: ReadonlyMap<string, LedgerEntry>;
}

export interface Ledger {
  /** Everything up to now; entries that were read before are not read again. @throws CoppiceFailure ArtifactCorrupt */
  read(model: string): Promise<LedgerView>;
  /**
   * Reads it all again, and tells each entry before it is taken as one.
   * @returns how far it holds, and why not further where it does not
   */
  reread(
    model: string,
    tell: (entry: LedgerEntry, before: RegistryState) => void,
  ): Promise<{ view: LedgerView; problem: string | undefined }>;
}

/** Eight digits, so that keys sort as their numbers do. */
export function ledgerKey(model: string, sequence: number): string {
  return `ledger/${model}/${String(sequence).padStart(8, '0')}.json`;
}

/** @returns the hash of an entry: over everything but the hash itself */
export function hashEntry(entry: Omit<LedgerEntry, 'hash'>): string {
  return hashCanonical(entry);
}

/** @returns false where another entry of that sequence was written first */
export async function writeEntry(objects: ObjectStore, signer: Signer, entry: LedgerEntry): Promise<boolean> {
  const body = Buffer.from(canonicalJson(await signer.sign(entry)));
  return putIfAbsent(objects, ledgerKey(entry.model, entry.sequence), body);
}

/** A view that is being read on; nobody else sees it yet. */
interface GrowingView {
  readonly since: ReadUpTo;
  head: ReadUpTo;
  readonly entries: LedgerEntry[];
  state: RegistryState;
  readonly byIdempotencyKey: Map<string, LedgerEntry>;
}

const viewFrom = ({ head, state }: LedgerState): GrowingView => ({
  since: head,
  head,
  entries: [],
  state,
  byIdempotencyKey: new Map(),
});

const emptyView = (model: string): GrowingView =>
  viewFrom({ head: { sequence: 0, hash: genesisHash, at: '' }, state: emptyState(model) });

/** @throws CoppiceFailure ArtifactCorrupt where the entry does not follow the ones before it */
function append(view: GrowingView, entry: LedgerEntry, key: string): void {
  const { entries, state, byIdempotencyKey, head } = view;
  const { hash, ...content } = entry;
  const expected = head.sequence + 1;
  const broken = [
    entry.model !== state.model && `it belongs to ${entry.model}`,
    entry.sequence !== expected && `its sequence is ${entry.sequence}, expected ${expected}`,
    entry.previousHash !== head.hash && 'it does not follow the entry before it',
    hashEntry(content) !== hash && 'its hash is not that of its content',
    entry.at < head.at && 'it is dated before the entry before it',
  ].filter((problem) => problem !== false);
  if (broken.length > 0) {
    throw new CoppiceFailure('ArtifactCorrupt', `${key} breaks the ledger: ${broken.join(', ')}`, { key });
  }
  entries.push(entry);
  view.head = { sequence: entry.sequence, hash, at: entry.at };
  view.state = foldEntry(state, entry);
  byIdempotencyKey.set(entry.idempotencyKey, entry);
}

/** Where a ledger must have been, and how that is known. */
interface Pin extends LedgerHead {
  readonly seen: string;
}

export interface LedgerDependencies {
  readonly objects: ObjectStore;
  readonly trust: Trust;
  /** What this machine has seen of ledgers; by default it remembers nothing. */
  readonly heads?: Heads | undefined;
}

/** @param options.fromState reads what came after the newest state that was written down, where there is one */
export function createLedger(
  { objects, trust, heads = noHeads }: LedgerDependencies,
  options: { readonly fromState: boolean } = { fromState: false },
): Ledger {
  const views = new Map<string, LedgerView>();

  async function readEntry(key: string): Promise<LedgerEntry> {
    const bytes = await readObject(objects, key);
    if (!bytes) throw new CoppiceFailure('ArtifactCorrupt', `${key} is listed and cannot be read`, { key });
    return verifySigned(bytes, ledgerEntrySchema, { trust, key });
  }

  /** Key and entry, in order, after the entries that are known. */
  async function* readAfter(model: string, sequence: number): AsyncGenerator<[string, LedgerEntry]> {
    let keys: string[] = [];
    const after = sequence === 0 ? {} : { after: ledgerKey(model, sequence) };
    for await (const { key } of objects.list(`ledger/${model}/`, after)) keys.push(key);
    for (; keys.length > 0; keys = keys.slice(readsInFlight)) {
      const batch = keys.slice(0, readsInFlight);
      const entries = await Promise.all(batch.map(readEntry));
      for (const [index, entry] of entries.entries()) yield [batch[index], entry];
    }
  }

  /** Read before the ledger is: it may grow meanwhile, and must not seem to have shrunk. */
  async function readPins(model: string): Promise<Pin[]> {
    const remembered = await heads.read(model);
    await trust.refresh();
    const revoked = trust.revocations().flatMap((revocation) => {
      const head = Object.hasOwn(revocation.heads, model) ? revocation.heads[model] : undefined;
      return head ? [{ ...head, seen: `stood there when a key was revoked at ${revocation.at}` }] : [];
    });
    const seen = `was seen here (if the registry was set back on purpose, remove ${heads.location}/${model})`;
    return [...revoked, ...(remembered ? [{ ...remembered, seen }] : [])];
  }

  /** The hash of the entry of a sequence, where there is one. */
  async function hashAt({ since, head, entries, state }: LedgerView, sequence: number) {
    if (sequence === since.sequence) return since.hash;
    if (sequence > since.sequence) return entries.at(sequence - since.sequence - 1)?.hash;
    if (sequence > head.sequence) return undefined;
    const key = ledgerKey(state.model, sequence);
    const { hash, ...content } = await readEntry(key);
    return hashEntry(content) === hash ? hash : undefined;
  }

  /** @throws CoppiceFailure ArtifactCorrupt where entries were removed, or others put in their place */
  async function holdToPins(view: LedgerView, pins: readonly Pin[]): Promise<void> {
    for (const { sequence, hash, seen } of pins) {
      if (sequence === 0 || (await hashAt(view, sequence)) === hash) continue;
      const key = ledgerKey(view.state.model, sequence);
      const what =
        view.head.sequence < sequence
          ? `the ledger ends at ${view.head.sequence}: entries were removed`
          : 'another entry stood there';
      throw new CoppiceFailure('ArtifactCorrupt', `${key} is not what ${seen}: ${what}`, { key });
    }
  }

  const begin = async (model: string): Promise<LedgerView> => {
    const written = options.fromState ? await readNewestState(model, { objects, trust }) : undefined;
    return written ? viewFrom(written) : emptyView(model);
  };

  return {
    async read(model) {
      const pins = await readPins(model);
      const known = views.get(model) ?? (await begin(model));
      let growing: GrowingView | undefined;
      for await (const [key, entry] of readAfter(model, known.head.sequence)) {
        growing ??= {
          ...known,
          entries: [...known.entries],
          byIdempotencyKey: new Map(known.byIdempotencyKey),
        };
        append(growing, entry, key);
      }
      const view = growing ?? known;
      await holdToPins(view, pins);
      if (view.head.sequence > (views.get(model)?.head.sequence ?? 0)) await heads.remember(model, view.head);
      // A slower reader beside this one must not take entries back.
      if (view.head.sequence > (views.get(model)?.head.sequence ?? -1)) views.set(model, view);
      return view;
    },

    async reread(model, tell) {
      const view = emptyView(model);
      try {
        const pins = await readPins(model);
        for await (const [key, entry] of readAfter(model, 0)) {
          const before = view.state;
          append(view, entry, key);
          tell(entry, before);
        }
        await holdToPins(view, pins);
      } catch (error) {
        if (!(error instanceof CoppiceFailure) || error.type === 'ArtifactStoreUnavailable') throw error;
        return { view, problem: error.message };
      }
      return { view, problem: undefined };
    },
  };
}
