// Records that wait on a gateway's disk while their subject is forgotten: nothing of them reaches the store later.
import type { Recorded } from '../../contracts/observation.ts';
import type { ObjectStore } from '../object-store.ts';
import { namesIn } from './observations.ts';
import { openTombstones, type Tombstones } from './tombstones.ts';

/** A forgetting looks again after three seconds at what was under way (workflows/forgetting.ts). */
const knownForMs = 1_000;

/** @returns a function that leaves out what was written before it was forgotten; what came after is kept */
export function createLateRecordFilter(objects: ObjectStore, now: () => Date = () => new Date()) {
  let known: { readonly at: number; readonly tombstones: Tombstones } | undefined;
  const open = async (): Promise<Tombstones> => {
    const at = now().getTime();
    if (!known || at - known.at > knownForMs) known = { at, tombstones: await openTombstones(objects, now) };
    return known.tombstones;
  };

  return async <T extends Recorded>(records: readonly T[]): Promise<readonly T[]> => {
    const tombstones = await open();
    const left = new Set<T>();
    // Answers first: what was said of one is known by its id alone, which nobody could bury before.
    const answersFirst = [...records].sort(
      (a, b) => Number(a.kind === 'feedback') - Number(b.kind === 'feedback'),
    );
    for (const record of answersFirst) {
      const target = await forgottenBy(record, tombstones);
      if (target === undefined) continue;
      left.add(record);
      if (record.kind !== 'feedback') await tombstones.bury(target, [tombstones.digestOf(record.id)]);
    }
    return left.size === 0 ? records : records.filter((record) => !left.has(record));
  };
}

async function forgottenBy(record: Recorded, tombstones: Tombstones): Promise<string | undefined> {
  for (const name of namesIn(record)) {
    const target = await tombstones.targetOf(name, new Date(record.at));
    if (target !== undefined) return target;
  }
  return undefined;
}
