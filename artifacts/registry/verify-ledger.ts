// Everything that a model's registry says, read again and held against itself: signatures, sequence, hash chain, that
// each result follows from its change, and that each document is what the ledger says, no fewer and no more.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { LedgerHead } from '../../contracts/trust.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ObjectStore } from '../object-store.ts';
import { applyChange } from './apply-change.ts';
import type { Ledger } from './ledger.ts';
import { ledgerKey } from './ledger.ts';
import { describeState, stateKey, statesPrefix } from './ledger-state.ts';
import { checkProjection, projectionPrefixes, projectionsOf } from './projections.ts';
import type { Trust } from './signing.ts';
import { foldEntry } from './state.ts';

/** Documents read at once. */
const readsInFlight = 16;

export interface LedgerReport {
  readonly entries: number;
  /** Versions, routings and specs that were compared with the ledger. */
  readonly documents: number;
  /** How far the ledger holds. */
  readonly head: LedgerHead;
  /** What is wrong, in words that name the object; empty where the registry holds. */
  readonly problems: readonly string[];
}

export async function verifyLedger(
  model: string,
  { ledger, objects, trust }: { ledger: Ledger; objects: ObjectStore; trust: Trust },
): Promise<LedgerReport> {
  // Listed before the ledger is read, so that each of them has its entry, whatever is committed meanwhile.
  const listed = await listDocuments(objects, model);
  const problems: string[] = [];
  const written = await listBelow(objects, statesPrefix(model));
  const states = new Map<string, object>();
  const { view, problem } = await ledger.reread(model, (entry, before) => {
    const key = stateKey(model, entry.sequence);
    if (written.includes(key))
      states.set(
        key,
        describeState({
          head: { sequence: entry.sequence, hash: entry.hash, at: entry.at },
          state: foldEntry(before, entry),
        }),
      );
    if (canonicalJson(applyChange(before, entry.change, entry.at)) === canonicalJson(entry.result)) return;
    problems.push(`${ledgerKey(model, entry.sequence)}: its result does not follow from its change`);
  });
  if (problem !== undefined) problems.push(problem);
  const projections = view.entries.flatMap((entry) =>
    projectionsOf(entry).map((projection) => ({ ...projection, sequence: entry.sequence })),
  );
  for (let start = 0; start < projections.length; start += readsInFlight) {
    const batch = projections.slice(start, start + readsInFlight);
    const found = await Promise.all(
      batch.map(async (projection) => {
        const { key, sequence } = projection;
        const there = await told(() => checkProjection(projection, { objects, trust }));
        if (typeof there === 'string') return [there];
        // The newest entry's documents may be under way; the next commit writes what a crash left out.
        if (there || sequence === view.entries.length) return [];
        return [`${key} is missing: ${ledgerKey(model, sequence)} made it`];
      }),
    );
    problems.push(...found.flat());
  }
  for (const [key, document] of states) {
    const there = await told(() => checkProjection({ key, document }, { objects, trust }));
    if (typeof there === 'string') problems.push(there);
  }
  const made = new Set(projections.map(({ key }) => key));
  // Where the chain broke, what the rest of it made is no problem of its own.
  if (problem === undefined) {
    for (const key of [...listed, ...written].filter((it) => !made.has(it) && !states.has(it)))
      problems.push(`${key}: no entry of the ledger made it; it was forged, or entries were removed`);
  }
  const { sequence, hash } = view.head;
  const documents = projections.length + states.size;
  return { entries: view.entries.length, documents, head: { sequence, hash }, problems };
}

async function listDocuments(objects: ObjectStore, model: string): Promise<string[]> {
  const keys = await Promise.all(projectionPrefixes(model).map((prefix) => listBelow(objects, prefix)));
  return keys.flat();
}

async function listBelow(objects: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(prefix)) keys.push(key);
  return keys;
}

/** @returns what a check found, or in words why it failed */
async function told(check: () => Promise<boolean>): Promise<boolean | string> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof CoppiceFailure) || error.type === 'ArtifactStoreUnavailable') throw error;
    return error.message;
  }
}
