// Takes objects away, or only counts them; looks at each once more before it goes.
import type { Amount } from '../../contracts/housekeeping.ts';
import type { ObjectStore, StoredObject } from '../object-store.ts';

export interface Sweep {
  /** @returns whether the object goes; not where it was written anew since it was listed */
  take(what: string, object: StoredObject): Promise<boolean>;
  /** Keys of all that was taken. */
  readonly taken: ReadonlySet<string>;
  /** Waits for the last removals. @returns what was taken, by kind */
  finish(): Promise<Amount[]>;
}

/** Enough to hide the store's latency. */
const removalsInFlight = 16;
/** A listing tells times to the millisecond, a look at one object to the second. */
const clockTickMs = 1_000;

/** @param remove false: nothing goes */
export function createSweep(objects: ObjectStore, remove: boolean): Sweep {
  const amounts = new Map<string, Amount>();
  const taken = new Set<string>();
  let removals: Promise<void>[] = [];

  async function isUnchanged({ key, etag, lastModified }: StoredObject): Promise<boolean> {
    const found = await objects.stat(key);
    return found?.etag === etag && found.lastModified.getTime() - lastModified.getTime() < clockTickMs;
  }

  return {
    taken,
    async take(what, object) {
      if (remove) {
        if (!(await isUnchanged(object))) return false;
        const removal = objects.remove(object.key);
        removal.catch(() => undefined); // told where it is awaited
        removals.push(removal);
        if (removals.length >= removalsInFlight) await Promise.all(removals.splice(0));
      }
      taken.add(object.key);
      const { objects: count, sizeBytes } = amounts.get(what) ?? { objects: 0, sizeBytes: 0 };
      amounts.set(what, { what, objects: count + 1, sizeBytes: sizeBytes + object.sizeBytes });
      return true;
    },
    async finish() {
      await Promise.all(removals);
      removals = [];
      return [...amounts.values()];
    },
  };
}
