// What follows from the ledger, laid out for reading: `routing/<model>/<generation>.json` and
// `versions/<model>/<n>.json`. Written once, signed, and written again from the ledger where a crash prevented it.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { LedgerEntry } from '../../contracts/registry.ts';
import { routingDocumentSchema, versionDocumentSchema } from '../../contracts/registry.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { ObjectStore } from '../object-store.ts';
import { putIfAbsent, readObject } from '../object-store.ts';
import type { Signer, Trust } from './signing.ts';
import { verifySigned } from './signing.ts';

/** Eight digits, so that keys sort as their numbers do. */
export function routingKey(model: string, generation: number): string {
  return `routing/${model}/${String(generation).padStart(8, '0')}.json`;
}

export function versionKey(model: string, version: number): string {
  return `versions/${model}/${version}.json`;
}

/** The documents that an entry made, by key. */
function projectionsOf({ model, result }: LedgerEntry): readonly { key: string; document: object }[] {
  const { version, routing } = result;
  return [
    ...(version ? [{ key: versionKey(model, version.version), document: version }] : []),
    ...(routing ? [{ key: routingKey(model, routing.generation), document: routing }] : []),
  ];
}

/**
 * Writes what is missing of an entry's documents; what stands there already must be the same.
 * @throws CoppiceFailure ArtifactCorrupt where another document, or a forged one, stands in its place
 */
export async function project(
  entry: LedgerEntry,
  { objects, signer, trust }: { objects: ObjectStore; signer: Signer; trust: Trust },
): Promise<void> {
  for (const { key, document } of projectionsOf(entry)) {
    if (await putIfAbsent(objects, key, Buffer.from(canonicalJson(signer.sign(document))))) continue;
    const standing = (await readObject(objects, key)) ?? Buffer.alloc(0);
    const schema = key.startsWith('routing/') ? routingDocumentSchema : versionDocumentSchema;
    const found: unknown = await verifySigned<unknown>(standing, schema, { trust, key });
    if (canonicalJson(found) === canonicalJson(document)) continue;
    throw new CoppiceFailure('ArtifactCorrupt', `${key} is not what the ledger says`, { key });
  }
}
