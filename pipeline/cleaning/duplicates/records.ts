// Records by which documents find each other: a key of 64 bits and the place of what has it, three numbers of 32 bits. Sorted
// by key they are merged with the sorted records of others in one pass, whatever their number.

/** Numbers of a record: the key's high half, its low half, the place. */
export const recordLength = 3;

/** @returns the records in the order of their keys, then of their places */
export function sortRecords(records: Uint32Array): Uint32Array {
  const count = records.length / recordLength;
  const order = Uint32Array.from({ length: count }, (_, at) => at * recordLength).sort(
    (left, right) =>
      records[left] - records[right] ||
      records[left + 1] - records[right + 1] ||
      records[left + 2] - records[right + 2],
  );
  const sorted = new Uint32Array(records.length);
  for (let at = 0; at < count; at += 1)
    sorted.set(records.subarray(order[at], order[at] + recordLength), at * recordLength);
  return sorted;
}

/**
 * Merges two lists of sorted records.
 * @param theirs in pieces, each of whole records
 * @param onMatch called for each two records of one key, with their places; what it promises is awaited
 */
export async function joinRecords(
  own: Uint32Array,
  theirs: AsyncIterable<Uint32Array>,
  onMatch: (ownPlace: number, theirPlace: number) => Promise<void> | undefined,
): Promise<void> {
  let at = 0; // the first of ours whose key is not below theirs
  for await (const piece of theirs) {
    for (let other = 0; other < piece.length; other += recordLength) {
      while (at < own.length && compareKeys(own, at, piece, other) < 0) at += recordLength;
      for (
        let same = at;
        same < own.length && compareKeys(own, same, piece, other) === 0;
        same += recordLength
      ) {
        const waiting = onMatch(own[same + 2], piece[other + 2]);
        if (waiting !== undefined) await waiting;
      }
    }
  }
}

function compareKeys(left: Uint32Array, leftAt: number, right: Uint32Array, rightAt: number): number {
  return left[leftAt] - right[rightAt] || left[leftAt + 1] - right[rightAt + 1];
}
