// Lines or paragraphs that stood before in the same text.

export interface Duplicates {
  /** Of all pieces, 0 to 1. */
  readonly share: number;
  /** Code points of those that stood before. */
  readonly characters: number;
}

/** @param count code points of a piece */
export function findDuplicates(pieces: readonly string[], count: (piece: string) => number): Duplicates {
  const met = new Set<string>();
  let [characters, duplicates] = [0, 0];
  for (const piece of pieces) {
    if (met.has(piece)) {
      characters += count(piece);
      duplicates += 1;
    } else met.add(piece);
  }
  return { share: duplicates / Math.max(1, pieces.length), characters };
}
