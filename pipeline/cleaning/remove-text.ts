// Removes given strings wherever they stand, whatever their case: markers that a corpus carries and that give labels away.
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

/**
 * Makes the step `remove-text`.
 * @param options.texts taken literally, not as patterns
 */
export function createRemoveText({ texts }: { readonly texts: readonly string[] }): CleaningStep {
  const literals = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const pattern = new RegExp(literals.join('|'), 'giu');
  return (document) => changeBy(document, [{ pattern, by: '' }]);
}
