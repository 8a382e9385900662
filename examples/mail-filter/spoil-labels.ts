// Labels as a careless annotator gives them, for the tour's bad version.
import type { DocumentLabel } from '../../contracts/document.ts';
import { createRandom } from '../../pipeline/random.ts';

/**
 * Turns a share of the spam labels to ham; which ones follows from the seed.
 * @param options.share of the spam labels, 0 to 1
 */
export function spoilLabels(
  labels: readonly DocumentLabel[],
  { share, seed }: { readonly share: number; readonly seed: number },
): DocumentLabel[] {
  const spam = labels.flatMap(({ label }, position) => (label === 'spam' ? [position] : []));
  const chosen = createRandom(seed)
    .shuffle(spam)
    .slice(0, Math.round(spam.length * share));
  const spoiled = new Set(chosen);
  return labels.map((label, position) => (spoiled.has(position) ? { ...label, label: 'ham' } : label));
}
