// Korean words as their morphemes, with blanks between them: `공원에` is `공원 에`. Lines stay.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import type { Analysers } from './language/analysers.ts';
import { textPieces } from './language/text-pieces.ts';
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

/** Makes the step `split-morphemes`. */
export function createSplitMorphemes(
  { tags }: Extract<CleaningStepSpec, { step: 'split-morphemes' }>,
  { korean }: Analysers,
): CleaningStep {
  return async (document) => {
    const { morphemes } = await korean();
    const lines: string[] = [];
    let line: string[] = [];
    for (const { kind, text } of textPieces(document.text)) {
      if (kind === 'words') {
        const found = await morphemes(text);
        const kept = found.filter(({ tag }) => tags.length === 0 || tags.some((it) => tag.startsWith(it)));
        line.push(...kept.map(({ form }) => form));
      } else if (text.startsWith('\n')) {
        lines.push(line.join(' ') + text);
        line = [];
      } else line.push(text);
    }
    return changeTo(document, lines.join('') + line.join(' '));
  };
}
