// Shortens what stands many times in a row: ㅋㅋㅋㅋㅋ and !!!! say the same at any length, and each length is another word to a model.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import type { Replacement } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

const JAMO = /^[ㄱ-ㅎㅏ-ㅣ]/;
const PUNCTUATION = /^[\p{P}\p{S}]/u;
const LETTER = /^\p{L}/u;

/** Makes the step `shorten-runs`; absent kinds are left alone. */
export function createShortenRuns({
  jamo = Infinity,
  punctuation = Infinity,
  letters = Infinity,
}: Extract<CleaningStepSpec, { step: 'shorten-runs' }>): CleaningStep {
  const mostOf = (character: string): number => {
    if (JAMO.test(character)) return jamo;
    if (PUNCTUATION.test(character)) return punctuation;
    return LETTER.test(character) ? letters : Infinity;
  };
  return (document) => {
    const replacements: Replacement[] = [];
    for (const { start, character, times } of runsIn(document.text)) {
      const most = mostOf(character);
      if (times > most)
        replacements.push({ start, piece: character.repeat(times), by: character.repeat(most) });
    }
    return changeBy(document, [{ replacements }], { runs: replacements.length });
  };
}

/** Code points that stand twice or more in a row. */
function* runsIn(text: string): Generator<{ start: number; character: string; times: number }> {
  for (let start = 0; start < text.length; ) {
    const codePoint = text.codePointAt(start) ?? 0;
    const width = codePoint > 0xffff ? 2 : 1;
    let end = start + width;
    while (text.codePointAt(end) === codePoint) end += width;
    const times = (end - start) / width;
    if (times > 1) yield { start, character: String.fromCodePoint(codePoint), times };
    start = end;
  }
}
