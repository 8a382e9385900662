// Drops documents with fewer words than a model can learn from.
import type { CleaningStep } from './working-document.ts';

/** Makes the step `drop-short`. A word is a run of letters and digits. */
export function createDropShort({ minimumWords }: { readonly minimumWords: number }): CleaningStep {
  return ({ text }) => {
    const words = text.matchAll(/[\p{L}\p{M}\p{N}]+/gu);
    for (let count = 0; count < minimumWords; count += 1) {
      if (words.next().done === true) return { decision: 'drop', reason: 'too-short' };
    }
    return { decision: 'keep' };
  };
}
