// Corrects common errors: typos of English, a table for Korean. Every change is counted, and stays on record.
import type { Correction } from '../../contracts/document.ts';
import type { CorrectErrorsSpec } from '../../contracts/model-spec/correction.ts';
import { createEnglishTypos } from './correction/english-typos.ts';
import { koreanCorrections } from './correction/korean-errors.ts';
import type { Analysers } from './language/analysers.ts';
import type { Replacement } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

/** Makes the step `correct-errors`. */
export function createCorrectErrors(
  { language, keep, maximumLookups }: CorrectErrorsSpec,
  { englishSpelling }: Analysers,
): CleaningStep {
  const kept = new Set(keep);
  let finding: Promise<(text: string) => Replacement[]> | undefined;
  const find = async (): Promise<(text: string) => Replacement[]> => {
    if (language === 'ko') return (text) => koreanCorrections(text, kept);
    return createEnglishTypos(await englishSpelling(), { keep: kept, maximumLookups });
  };
  return async (document) => {
    finding ??= find();
    const replacements = (await finding)(document.text);
    const verdict = changeBy(document, [{ replacements }], { corrections: replacements.length });
    return verdict.decision === 'change' ? { ...verdict, corrections: recordOf(replacements) } : verdict;
  };
}

/** Where each change stands in the text that it made. */
function recordOf(replacements: readonly Replacement[]): Correction[] {
  let moved = 0;
  return replacements.map(({ start, piece, by }) => {
    const correction = { start: start + moved, before: piece, after: by };
    moved += by.length - piece.length;
    return correction;
  });
}

/**
 * Takes corrections back.
 * @param text as the step left it
 * @returns the text as the step found it
 */
export function undoCorrections(text: string, corrections: readonly Correction[]): string {
  let restored = '';
  let done = 0;
  for (const { start, before, after } of corrections) {
    restored += text.slice(done, start) + before;
    done = start + after.length;
  }
  return restored + text.slice(done);
}
