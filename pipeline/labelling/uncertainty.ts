// Which documents a person's label would teach most about: those of which a classifier is least certain (Settles 2009,
// "Active Learning Literature Survey", section 3.1).

export type UncertaintyMeasure = 'entropy' | 'margin';

/**
 * @param probabilities of classes that exclude each other; they sum to 1
 * @returns from 0, certain, to 1, nothing known: entropy over its largest value, or 1 minus the lead of the likeliest class
 */
export function uncertainty(probabilities: readonly number[], measure: UncertaintyMeasure): number {
  if (probabilities.length < 2) return 0;
  if (measure === 'margin') {
    const [first, second] = probabilities.toSorted((a, b) => b - a);
    return 1 - (first - second);
  }
  let entropy = 0;
  for (const probability of probabilities)
    if (probability > 0) entropy -= probability * Math.log(probability);
  return entropy / Math.log(probabilities.length);
}
