// Drops documents that an earlier one is word for word.
import type { CleaningStep } from '../working-document.ts';
import { fingerprint } from './fingerprint.ts';

/**
 * Makes the step `deduplicate-exact`.
 * @param seen fingerprints of texts that came before; those that come are added
 */
export function createDeduplicateExact(seen: Set<number> = new Set()): CleaningStep {
  return ({ text }) => {
    const print = fingerprint(text);
    if (seen.has(print)) return { decision: 'drop', reason: 'duplicate' };
    seen.add(print);
    return { decision: 'keep' };
  };
}
