// Mends words that were decoded by the wrong table; what cannot be told stays as it is.
import { mojibakeIn } from './mojibake.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

/** Makes the step `repair-mojibake`. */
export function createRepairMojibake(): CleaningStep {
  return (document) => {
    const replacements = [...mojibakeIn(document.text)];
    return changeBy(document, [{ replacements }], { words: replacements.length });
  };
}
