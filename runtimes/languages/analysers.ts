// The engines of languages, each loaded once in a process, when a text first needs it.
import type { Analysers } from '../../pipeline/cleaning/language/analysers.ts';
import { readTextClassifier } from './classifier-file.ts';
import { loadEmojiNames } from './emoji-names.ts';
import { loadEnglish } from './english.ts';
import { readEvaluationSet } from './evaluation-set.ts';
import { loadGrammar } from './grammar.ts';
import { loadTellLanguage } from './identifier.ts';
import { kiwiFolder, startKorean } from './korean.ts';
import { loadHunspell, loadKoreanSpelling } from './korean-spelling.ts';
import { loadSpelling } from './spelling.ts';

/** Makes analysers that load nothing yet. A load that failed is tried again when next asked for. */
export function createAnalysers(): Analysers {
  const emojiNames = { en: once(() => loadEmojiNames('en')), ko: once(() => loadEmojiNames('ko')) };
  const hunspell = once(loadHunspell);
  return {
    tellLanguage: once(loadTellLanguage),
    emojiNames: (language) => emojiNames[language](),
    englishStem: once(async () => {
      const { default: snowball } = await import('snowball-stemmers');
      const { stem } = snowball.newStemmer('english');
      return stem;
    }),
    englishObscenities: once(async () => (await import('./obscenities.ts')).createObscenities()),
    englishSpelling: once(loadSpelling),
    englishGrammar: once(loadGrammar),
    koreanSpelling: (dictionary) => loadKoreanSpelling(dictionary, hunspell),
    textClassifier: readTextClassifier,
    evaluationSet: readEvaluationSet,
    english: once(loadEnglish),
    korean: once((forget) => startKorean(kiwiFolder, forget)),
  };
}

/** @param load is handed what makes it load anew, for an engine that can end */
function once<T>(load: (forget: () => void) => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  const forget = (): void => {
    loading = undefined;
  };
  return () =>
    (loading ??= load(forget).catch((error: unknown) => {
      forget();
      throw error;
    }));
}
