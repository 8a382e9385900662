// One text held against the schema: what a gateway counts of its requests.
import type { DataAnomaly, DataSchema } from '../../contracts/data-validation.ts';
import { wordsOf } from './words.ts';

/** A text of fewer words says little about its vocabulary. */
const LEAST_WORDS = 12;
/** So much of a text is enough to know it by. */
const MOST_WORDS = 1_000;
/** Far above the greatest share of a collection, since a single text differs more. */
const UNKNOWN_MARGIN = 0.3;

/**
 * Makes the check of single texts: their length and their words. Another language shows in words that are unknown.
 * @returns the kinds of anomalies of a clean text, none for most
 */
export function createTextCheck({
  characters,
  vocabulary,
}: DataSchema): (text: string) => DataAnomaly['kind'][] {
  const known = new Set(vocabulary?.words);
  const isOutside = ({ length }: string): boolean =>
    characters !== undefined && (length < characters.minimum || length > characters.maximum);
  const isForeign = (text: string): boolean => {
    if (vocabulary === undefined) return false;
    let words = 0;
    let unknown = 0;
    for (const word of wordsOf(text)) {
      words += 1;
      if (!known.has(word)) unknown += 1;
      if (words === MOST_WORDS) break;
    }
    return words >= LEAST_WORDS && unknown / words > vocabulary.maximumUnknown + UNKNOWN_MARGIN;
  };
  return (text) => [
    ...(isOutside(text) ? (['length'] as const) : []),
    ...(isForeign(text) ? (['unknown-words'] as const) : []),
  ];
}
