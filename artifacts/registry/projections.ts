// What follows from the ledger, laid out for reading: `routing/<model>/<generation>.json`, `versions/<model>/<n>.json`
// and `specs/<model>/<revision>.json`. Written once, signed, and written again from the ledger where a crash prevented it.
import { z } from 'zod';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { LedgerEntry } from '../../contracts/registry.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ObjectStore } from '../object-store.ts';
import { putIfAbsent, readObject } from '../object-store.ts';
import type { Signer, Trust } from './signing.ts';
import { verifySigned } from './signing.ts';
import { appliedSpec } from './state.ts';

/** Where the documents of a model stand, by their kinds. */
export const projectionPrefixes = (model: string): readonly string[] => [
  `routing/${model}/`,
  `versions/${model}/`,
  `specs/${model}/`,
];

/** Eight digits, so that keys sort as their numbers do. */
export function routingKey(model: string, generation: number): string {
  return `routing/${model}/${String(generation).padStart(8, '0')}.json`;
}

export function versionKey(model: string, version: number): string {
  return `versions/${model}/${version}.json`;
}

/** Eight digits, so that keys sort as their numbers do. */
export function specKey(model: string, revision: number): string {
  return `specs/${model}/${String(revision).padStart(8, '0')}.json`;
}

/** The documents that an entry made, by key. */
export function projectionsOf(entry: LedgerEntry): readonly { key: string; document: object }[] {
  const { model, result } = entry;
  const { version, routing } = result;
  const spec = appliedSpec(entry);
  return [
    ...(version ? [{ key: versionKey(model, version.version), document: version }] : []),
    ...(routing ? [{ key: routingKey(model, routing.generation), document: routing }] : []),
    ...(spec ? [{ key: specKey(model, spec.revision), document: spec }] : []),
  ];
}

/**
 * Reads a document and holds it against what the ledger says.
 * @returns false where there is none
 * @throws CoppiceFailure ArtifactCorrupt where another document, or a forged one, stands in its place
 */
export async function checkProjection(
  { key, document }: { readonly key: string; readonly document: object },
  { objects, trust }: { readonly objects: ObjectStore; readonly trust: Trust },
): Promise<boolean> {
  const bytes = await readObject(objects, key);
  if (!bytes) return false;
  const found = await verifySigned(bytes, z.json(), { trust, key });
  if (canonicalJson(found) === canonicalJson(document)) return true;
  throw new CoppiceFailure('ArtifactCorrupt', `${key} is not what the ledger says`, { key });
}

/**
 * Writes what is missing of an entry's documents; what stands there already must be the same.
 * @throws CoppiceFailure ArtifactCorrupt where another document, or a forged one, stands in its place
 */
export async function project(
  entry: LedgerEntry,
  { objects, signer, trust }: { objects: ObjectStore; signer: Signer; trust: Trust },
): Promise<void> {
  for (const projection of projectionsOf(entry)) {
    if (await checkProjection(projection, { objects, trust })) continue;
    const { key, document } = projection;
    const body = Buffer.from(canonicalJson(await signer.sign(document)));
    // Of two writers that repair at once, the second finds what the first has written.
    if (!(await putIfAbsent(objects, key, body))) await checkProjection(projection, { objects, trust });
  }
}
