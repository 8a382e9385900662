// Tells the language of a text: eld (github.com/nitotm/efficient-language-detector-js) over n-grams of the first thousand
// characters. Databases are loaded at the first call: the small one for whole documents, in some tenths of a second and 150 MB; the
// large one where a line must be enough, in a second and 400 MB.
import type { TellLanguage } from '../../pipeline/cleaning/language/analysers.ts';

/** What a text is in that nothing can be told of, as ISO 639-2 has it. */
export const UNDETERMINED = 'und';

/** @returns an ISO 639-1 code, or `und` where the text is too short, or of several minds */
export type IdentifyLanguage = (text: string) => string;

export async function loadLanguageIdentifier(): Promise<IdentifyLanguage> {
  const { eld } = await import('eld/small');
  return (text) => {
    const found = eld.detect(text);
    return found.isReliable() ? found.language : UNDETERMINED;
  };
}

/** Loads what tells languages with the score of each, from few words. */
export async function loadTellLanguage(): Promise<TellLanguage> {
  const { eld } = await import('eld/large');
  return (text) => {
    const found = eld.detect(text);
    if (found.language === '') return { language: UNDETERMINED, score: 0, isReliable: false };
    const score = found.getScores()[found.language] ?? 0;
    return { language: found.language, score, isReliable: found.isReliable() };
  };
}
