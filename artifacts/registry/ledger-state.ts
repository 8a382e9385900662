// What a ledger said up to an entry, signed: `states/<model>/<sequence>.json`, written every so many entries, so that who
// serves reads what came since and not everything that ever was. A shortcut and no truth: where there is none, or none
// that can be believed, all is read, and `coppice ledger verify` holds each against the entries.
import { z } from 'zod';
import { artifactReferenceSchema } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { routingDocumentSchema, versionDocumentSchema } from '../../contracts/registry.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ObjectStore } from '../object-store.ts';
import { putIfAbsent, readObject } from '../object-store.ts';
import type { Signer, Trust } from './signing.ts';
import { verifySigned } from './signing.ts';
import type { RegistryState } from './state.ts';

/** Some twenty versions with their rollouts: reading so many entries takes about as long as a listing. */
export const entriesPerState = 100;

/** The entry up to which something was read. */
export interface ReadUpTo {
  readonly sequence: number;
  readonly hash: string;
  readonly at: string;
}

export interface LedgerState {
  readonly head: ReadUpTo;
  readonly state: RegistryState;
}

const ledgerStateSchema = z.object({
  model: z.string(),
  sequence: z.number().int().positive(),
  hash: z.string(),
  at: z.iso.datetime(),
  versions: z.array(versionDocumentSchema),
  spec: z
    .object({
      ...{ model: z.string(), revision: z.number().int(), at: z.string(), by: z.string() },
      spec: z.record(z.string(), z.json()),
      reference: artifactReferenceSchema,
    })
    .optional(),
  routing: routingDocumentSchema.optional(),
  champions: z.array(z.number().int()),
  retrainingDue: z.array(z.number().int()),
});

export const statesPrefix = (model: string): string => `states/${model}/`;

export function stateKey(model: string, sequence: number): string {
  return `${statesPrefix(model)}${String(sequence).padStart(8, '0')}.json`;
}

/** A state as it is written: the same state is the same text. */
export function describeState({ head, state }: LedgerState): object {
  const { model, versions, spec, routing, champions, retrainingDue } = state;
  return {
    ...{ model, ...head },
    versions: [...versions.values()],
    ...(spec && { spec }),
    ...(routing && { routing }),
    champions: [...champions],
    retrainingDue: [...retrainingDue],
  };
}

/** Where this stands already, another writer was faster. */
export async function writeState(objects: ObjectStore, signer: Signer, found: LedgerState): Promise<void> {
  const body = Buffer.from(canonicalJson(await signer.sign(describeState(found))));
  await putIfAbsent(objects, stateKey(found.state.model, found.head.sequence), body);
}

/**
 * @returns the newest one; undefined where there is none, where it is forged, or where its key has been revoked: a key
 *   that was stolen may have signed anything
 */
export async function readNewestState(
  model: string,
  { objects, trust }: { readonly objects: ObjectStore; readonly trust: Pick<Trust, 'find'> },
): Promise<LedgerState | undefined> {
  let newest: string | undefined;
  for await (const { key } of objects.list(statesPrefix(model))) newest = key;
  const bytes = newest === undefined ? undefined : await readObject(objects, newest);
  if (newest === undefined || bytes === undefined) return undefined;
  const unrevoked = async (keyId: string) => {
    const known = await trust.find(keyId);
    return known?.revoked ? undefined : known;
  };
  try {
    const found = await verifySigned(bytes, ledgerStateSchema, { trust: { find: unrevoked }, key: newest });
    const { sequence, hash, at, versions, spec, routing, champions, retrainingDue } = found;
    if (newest !== stateKey(model, sequence) || found.model !== model) return undefined;
    const byNumber = new Map(versions.map((version) => [version.version, version]));
    return {
      head: { sequence, hash, at },
      state: { model, versions: byNumber, spec, routing, champions, retrainingDue: new Set(retrainingDue) },
    };
  } catch (error) {
    if (error instanceof CoppiceFailure && error.type === 'ArtifactCorrupt') return undefined;
    throw error;
  }
}
