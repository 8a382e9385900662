// One sentence a line.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import type { Analysers } from './language/analysers.ts';
import { createSplitSentences as createSplitter } from './language/sentences.ts';
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

/** Makes the step `split-sentences`. */
export function createSplitSentences(
  spec: Extract<CleaningStepSpec, { step: 'split-sentences' }>,
  analysers: Analysers,
): CleaningStep {
  const split = createSplitter(spec, analysers);
  return async (document) => changeTo(document, (await split(document.text)).join('\n'));
}
