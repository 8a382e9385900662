// What steps ask of the engines of languages. They are loaded when a step first needs them (`runtimes/languages/`), and where
// there are none, as in a page, such a step says so.

/** What a text is written in, as ISO 639-1, or `und`. */
export interface ToldLanguage {
  readonly language: string;
  /** 0 to 1: how well the text fits what is usual in the language. */
  readonly score: number;
  /** False of a word or two, and where several languages fit alike. */
  readonly isReliable: boolean;
}

export type TellLanguage = (text: string) => ToldLanguage;

/** From an emoji without variation selectors to its name. */
export type EmojiNames = ReadonlyMap<string, string>;

import type { SpellingDictionary } from '../../../contracts/model-spec/correction.ts';
import type { ClassifierFile } from '../../../contracts/model-spec/harmful-text.ts';
import type { ReadEvaluationSet } from '../duplicates/decontaminate.ts';
import type { TextClassifier } from '../text-classifier/text-classifier.ts';

/** A token of an English text, with the white space before it. */
export interface EnglishToken {
  readonly spaces: string;
  readonly text: string;
  /** As a dictionary has it: `good` of `better`. */
  readonly lemma: string;
}

export interface EnglishAnalyser {
  readonly tokens: (text: string) => EnglishToken[];
  readonly sentences: (text: string) => string[];
}

/** A morpheme of a Korean text, where it stands, and its tag in the Sejong tag set. */
export interface Morpheme {
  readonly form: string;
  readonly tag: string;
  readonly start: number;
  readonly length: number;
}

export interface KoreanAnalyser {
  readonly morphemes: (text: string) => Promise<Morpheme[]>;
  readonly sentences: (text: string) => Promise<string[]>;
}

export interface EnglishSpelling {
  readonly isWord: (word: string) => boolean;
  readonly suggest: (word: string) => string[];
  /** How often a word is said; 0 where it is not on the list. */
  readonly frequency: (word: string) => number;
}

/** What a checker of grammar found between two offsets, in UTF-16 code units, and what may stand there instead. */
export interface GrammarFinding {
  readonly start: number;
  readonly end: number;
  readonly rule: string;
  readonly remedies: readonly string[];
}

/** @throws CoppiceFailure InvalidInput where there is no such rule */
export type EnglishGrammar = (text: string, rules: readonly string[]) => Promise<GrammarFinding[]>;

export interface KoreanSpelling {
  readonly isWord: (eojeol: string) => boolean;
  /** How often it is said; 0 where no list says so. */
  readonly frequency: (eojeol: string) => number;
}

export interface Analysers {
  readonly tellLanguage: () => Promise<TellLanguage>;
  readonly emojiNames: (language: 'en' | 'ko') => Promise<EmojiNames>;
  /** Cuts the endings off a word in lower case. */
  readonly englishStem: () => Promise<(word: string) => string>;
  /** Entries of what a model is evaluated on. @throws CoppiceFailure InvalidInput where the file is not the one that is named */
  readonly evaluationSet: ReadEvaluationSet;
  readonly englishSpelling: () => Promise<EnglishSpelling>;
  readonly englishGrammar: () => Promise<EnglishGrammar>;
  /** @throws CoppiceFailure InvalidInput where the dictionary cannot be read, or is not the one of the digest */
  readonly koreanSpelling: (dictionary: SpellingDictionary) => Promise<KoreanSpelling>;
  /** Names of the obscene words of an English text, as often as they stand there. */
  readonly englishObscenities: () => Promise<(text: string) => string[]>;
  /** @throws Error where the file cannot be read, is none, or is not the one of the digest */
  readonly textClassifier: (file: ClassifierFile) => Promise<TextClassifier>;
  readonly english: () => Promise<EnglishAnalyser>;
  /** @throws Error that says what to install where the model is missing */
  readonly korean: () => Promise<KoreanAnalyser>;
}

const missing = (what: string) => (): Promise<never> =>
  Promise.reject(new Error(`a cleaning step needs ${what}, which is not here: pages of a browser have none`));

/** Where steps run that need no engine. */
export const withoutAnalysers: Analysers = {
  tellLanguage: missing('eld'),
  emojiNames: missing('emojibase-data'),
  englishStem: missing('the stemmer of English'),
  evaluationSet: missing('an evaluation set'),
  englishSpelling: missing('a dictionary of English'),
  englishGrammar: missing('harper.js'),
  koreanSpelling: missing('a dictionary of Korean'),
  englishObscenities: missing('a list of English obscenities'),
  textClassifier: missing('a trained classifier'),
  english: missing('wink-nlp'),
  korean: missing('Kiwi'),
};
