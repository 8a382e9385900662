// Drops documents that repeat an earlier one, word for word or nearly so.
import type { DuplicateOptions } from './duplicates/near-duplicates.ts';
import { createNearDuplicateIndex } from './duplicates/near-duplicates.ts';
import type { CleaningStep } from './working-document.ts';

/** Makes the step `deduplicate`. It remembers every document that it kept, so it serves one pass over a corpus. */
export function createDeduplicate(options: DuplicateOptions): CleaningStep {
  const index = createNearDuplicateIndex(options);
  return ({ id, text }) =>
    index.add(id, text) === undefined ? { decision: 'keep' } : { decision: 'drop', reason: 'near-duplicate' };
}
