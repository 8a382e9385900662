// Ends a text where a stop sequence stands in it. What may be the beginning of one is held back until it is known, so
// that nobody is ever sent a half of it, however the text is cut into tokens.
import { CoppiceFailure } from '../../contracts/failures.ts';

export interface StopFilter {
  /** @returns what can be sent, and whether a stop sequence is complete: then nothing may follow. */
  readonly push: (text: string) => { readonly text: string; readonly stopped: boolean };
  /** @returns what was held back, for a text that ended otherwise */
  readonly end: () => string;
}

/**
 * @param stops the one that is complete first ends the text, which does not hold it
 * @throws CoppiceFailure InvalidInput for an empty one, or one with half of a surrogate pair, which no text can hold
 */
export function createStopFilter(stops: readonly string[]): StopFilter {
  for (const [index, stop] of stops.entries()) {
    if (stop !== '' && !/\p{Surrogate}/u.test(stop)) continue;
    throw new CoppiceFailure('InvalidInput', `stop.${index}: expected text, got ${JSON.stringify(stop)}`);
  }
  let held = '';
  return {
    push: (text) => {
      held += text;
      const cut = cutOf(held, stops);
      const length = cut ?? held.length - openLength(held, stops);
      const sent = held.slice(0, length);
      held = cut === undefined ? held.slice(length) : '';
      return { text: sent, stopped: cut !== undefined };
    },
    end: () => {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

/** Where the stop sequence begins that ends first; of two that end together the longer. */
function cutOf(text: string, stops: readonly string[]): number | undefined {
  const found = stops
    .map((stop) => ({ begin: text.indexOf(stop), end: text.indexOf(stop) + stop.length }))
    .filter(({ begin }) => begin >= 0)
    .sort((a, b) => a.end - b.end || a.begin - b.begin);
  return found.at(0)?.begin;
}

/** How much of the end of a text may be the beginning of a stop sequence. */
function openLength(text: string, stops: readonly string[]): number {
  const lengths = stops.map((stop) => {
    for (let length = Math.min(stop.length - 1, text.length); length > 0; length -= 1) {
      if (text.endsWith(stop.slice(0, length))) return length;
    }
    return 0;
  });
  return Math.max(0, ...lengths);
}
