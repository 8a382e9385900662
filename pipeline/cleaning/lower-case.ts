// Letters in lower case: "Hello" → "hello".
import type { Replacement } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

const UPPER = /\p{Changes_When_Lowercased}+/gu;

/** Makes the step `lower-case`. */
export function createLowerCase(): CleaningStep {
  return (document) => {
    const upper = document.text.matchAll(UPPER);
    const replacements = Array.from(
      upper,
      ({ index: start, 0: piece }): Replacement => ({ start, piece, by: piece.toLowerCase() }),
    );
    return changeBy(document, [{ replacements }]);
  };
}
