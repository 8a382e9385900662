// Several hypotheses at one level: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
// of Statistics 6(2), 1979. However the p-values depend on each other; with p-values that are valid at every look, at every look.

/**
 * Adjusts p-values, so that each may be held against the level of the whole family.
 *
 * @param pValues - one a hypothesis, each 0 to 1
 * @returns the adjusted values in the same order; the chance that a true hypothesis has one of α or less is at most α
 * @example holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  for (const [rank, { p, index }] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}
