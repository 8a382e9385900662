// What two sequences have in common, in its order: the longest common subsequence, by dynamic programming.

/** @returns its length */
export function commonLength(a: Int32Array, b: Int32Array): number {
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  const row = new Int32Array(short.length + 1);
  for (const symbol of long) {
    let diagonal = 0;
    for (let column = 1; column <= short.length; column += 1) {
      const above = row[column];
      if (symbol === short[column - 1]) row[column] = diagonal + 1;
      else if (row[column - 1] > above) row[column] = row[column - 1];
      diagonal = above;
    }
  }
  return row[short.length];
}

/**
 * Marks the places in a that one such subsequence takes; of several the one that ROUGE's reference takes.
 * @param marks 1 is set where a place belongs to it [a.length]
 */
export function markCommon(a: Int32Array, b: Int32Array, marks: Uint8Array): void {
  const width = b.length + 1;
  const lengths = new Int32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1, at = i * width + 1; j <= b.length; j += 1, at += 1) {
      lengths[at] =
        a[i - 1] === b[j - 1] ? lengths[at - width - 1] + 1 : Math.max(lengths[at - width], lengths[at - 1]);
    }
  }
  for (let i = a.length, j = b.length; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      marks[i - 1] = 1;
      i -= 1;
      j -= 1;
    } else if (lengths[i * width + j - 1] > lengths[(i - 1) * width + j]) j -= 1;
    else i -= 1;
  }
}
