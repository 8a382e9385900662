// What a store can do of what Coppice would use. What it lacks is said, not hidden.
import type { BucketState, ObjectStore } from './object-store.ts';
import { putIfAbsent } from './object-store.ts';

/** Written twice with `If-None-Match: *`: a store that knows the condition refuses the second. */
async function honoursConditions(objects: ObjectStore): Promise<boolean> {
  const probe = () => putIfAbsent(objects, 'probe/conditional-write', Buffer.from('a conditional write'));
  return !(await probe()) || !(await probe());
}

/**
 * @param registry the bucket of the registry; a probe is written to it
 * @param state what its creation said
 * @returns one line for each thing that the store lacks
 */
export async function findLacks(registry: ObjectStore, { objectLock }: BucketState): Promise<string[]> {
  const conditions = await honoursConditions(registry);
  return [
    ...(objectLock
      ? []
      : [`${registry.location} has no object lock: what is in the registry can be deleted`]),
    ...(conditions
      ? []
      : [`${registry.location} ignores If-None-Match: run one writer of the registry only`]),
  ];
}
