// Tells the language of a text: eld (github.com/nitotm/efficient-language-detector-js) over n-grams of the first thousand
// characters. Its small database, since whole documents need no larger one: the largest takes 240 MB more of memory.

/** What a text is in that nothing can be told of, as ISO 639-2 has it. */
export const UNDETERMINED = 'und';

/** @returns an ISO 639-1 code, or `und` where the text is too short, or of several minds */
export type IdentifyLanguage = (text: string) => string;

/** Loads the database at the first call: that takes some tenths of a second, and 150 MB. */
export async function loadLanguageIdentifier(): Promise<IdentifyLanguage> {
  const { eld } = await import('eld/small');
  return (text) => {
    const found = eld.detect(text);
    return found.isReliable() ? found.language : UNDETERMINED;
  };
}
