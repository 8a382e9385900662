// Stored specs: `specs/<model>/<revision>.json`, signed, each revision written once; the newest is the one in force.
import type { StoredSpec } from '../../contracts/registry.ts';
import { storedSpecSchema } from '../../contracts/registry.ts';
import type { ObjectStore } from '../object-store.ts';
import { readObject } from '../object-store.ts';
import type { Trust } from './signing.ts';
import { verifySigned } from './signing.ts';

/** Eight digits, so that keys sort as their numbers do. */
export function specKey(model: string, revision: number): string {
  return `specs/${model}/${String(revision).padStart(8, '0')}.json`;
}

/** @returns undefined where the model has no stored spec */
export async function readNewestSpec(
  model: string,
  { objects, trust }: { objects: ObjectStore; trust: Trust },
): Promise<StoredSpec | undefined> {
  let newest: string | undefined;
  for await (const { key } of objects.list(`specs/${model}/`)) newest = key;
  const bytes = newest === undefined ? undefined : await readObject(objects, newest);
  if (newest === undefined || bytes === undefined) return undefined;
  return verifySigned(bytes, storedSpecSchema, { trust, key: newest });
}
