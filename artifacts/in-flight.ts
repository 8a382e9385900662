// Work on many things, a few at a time.

/**
 * Begins in the order of the items. After a failure nothing new begins; what is under way ends first, so that nobody
 * works on behind the caller's back.
 * @param limit how many at once
 * @returns results in the order of the items
 * @throws the first failure
 */
export async function inFlight<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const rest = items.entries();
  const takeTurns = async (): Promise<void> => {
    for (const [position, item] of rest) {
      if (failures.length > 0) return;
      try {
        results[position] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, takeTurns));
  if (failures.length > 0) throw failures[0];
  return results;
}
