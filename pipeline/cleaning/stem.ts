// Words without their endings, by rule: English by Snowball (Porter 2001), Korean by a light stemmer of ours. In lower case,
// since the same word stands at the beginning of a sentence and within.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import type { Analysers } from './language/analysers.ts';
import { koreanStem } from './language/korean-stem.ts';
import type { Replacement } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

const WORD = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu;
const LONGEST_WORD = 100;

/** Makes the step `stem`. */
export function createStem(
  { language }: Extract<CleaningStepSpec, { step: 'stem' }>,
  { englishStem }: Analysers,
): CleaningStep {
  return async (document) => {
    const stemmer = language === 'en' ? await englishStem() : koreanStem;
    const replacements: Replacement[] = [];
    for (const { index: start, 0: piece } of document.text.matchAll(WORD)) {
      if (piece.length > LONGEST_WORD) continue;
      const by = stemmer(piece.toLowerCase().replaceAll('’', "'"));
      if (by !== piece) replacements.push({ start, piece, by });
    }
    return changeBy(document, [{ replacements }], { words: replacements.length });
  };
}
