// English words as a dictionary has them: `better` is `good`, `running` is `run`. Blanks and lines stay.
import type { Analysers } from './language/analysers.ts';
import { textPieces } from './language/text-pieces.ts';
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

/** Makes the step `lemmatize`. */
export function createLemmatize({ english }: Analysers): CleaningStep {
  return async (document) => {
    const { tokens } = await english();
    let lemmas = '';
    for (const { kind, text } of textPieces(document.text)) {
      if (kind === 'other') lemmas += text;
      else for (const { spaces, lemma } of tokens(text)) lemmas += spaces + lemma;
    }
    return changeTo(document, lemmas);
  };
}
