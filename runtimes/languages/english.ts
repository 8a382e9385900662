// English by wink-nlp and its small model (4 MB, in memory from the first text on).
import type { ItsFunction } from 'wink-nlp';
import type { EnglishAnalyser } from '../../pipeline/cleaning/language/analysers.ts';

/** Loads the model, in about a second. */
export async function loadEnglish(): Promise<EnglishAnalyser> {
  const [{ default: createWink }, { default: model }] = await Promise.all([
    import('wink-nlp'),
    import('wink-eng-lite-web-model'),
  ]);
  const { readDoc, its } = createWink(model);
  // Its types say that a lemma is asked for otherwise than it is.
  const lemma = its.lemma as unknown as ItsFunction<string>;
  return {
    tokens: (text) => {
      const tokens = readDoc(text).tokens();
      const [texts, lemmas, spaces] = [tokens.out(), tokens.out(lemma), tokens.out(its.precedingSpaces)];
      return texts.map((token, at) => ({ text: token, lemma: lemmas[at], spaces: spaces[at] }));
    },
    sentences: (text) => readDoc(text).sentences().out(),
  };
}
