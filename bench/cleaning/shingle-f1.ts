// How much of a text was found, and how much of what was found belongs to it: F1 of shingles of four words, so that order
// counts a little and line breaks do not.

const SHINGLE = 4; // words

function shinglesOf(text: string): Map<string, number> {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const counts = new Map<string, number>();
  for (let at = 0; at < Math.max(1, words.length - SHINGLE + 1); at += 1) {
    const shingle = words.slice(at, at + SHINGLE).join(' ');
    counts.set(shingle, (counts.get(shingle) ?? 0) + 1);
  }
  return counts;
}

const total = (counts: Map<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

/** @returns 0 to 1 */
export function f1(found: string, wanted: string): number {
  const [have, want] = [shinglesOf(found), shinglesOf(wanted)];
  const shared = [...have].reduce(
    (sum, [shingle, count]) => sum + Math.min(count, want.get(shingle) ?? 0),
    0,
  );
  return (2 * shared) / (total(have) + total(want));
}
