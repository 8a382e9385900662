// The cleaning step that corrects common errors.
import { z } from 'zod';
import { digestSchema } from '../artifact.ts';

/** Rules of harper.js that were seldom wrong on mails, speeches and help texts. */
const confidentRules = [
  'AllOfASudden',
  'AnA',
  'AsOpposedTo',
  'Cant',
  'CaseInPoint',
  'DidPast',
  'EachAndEveryOne',
  'ModalOf',
  'PiqueInterest',
  'PronounInflectionBe',
  'RepeatedWords',
  'SimplePastToPastParticiple',
  'SupposedTo',
  'ThenThan',
  'UseToUsedTo',
];

/** A Hunspell dictionary; its digest is filled in when the model file is loaded. */
const spellingDictionary = z.strictObject({
  /** Of both files without their endings, absolute or relative to the model file: `<path>.aff` and `<path>.dic`. */
  path: z.string().min(1),
  /** Lines of a word, a blank, and how often it is said. */
  frequencies: z.string().min(1).optional(),
  digest: digestSchema.optional(),
});
export type SpellingDictionary = z.infer<typeof spellingDictionary>;

/** @returns its files: affixes, words, frequencies. Its digest is the SHA-256 of their SHA-256 digests, in this order. */
export function dictionaryFiles({ path, frequencies }: SpellingDictionary): string[] {
  return [`${path}.aff`, `${path}.dic`, ...(frequencies === undefined ? [] : [frequencies])];
}

export const correctErrors = z
  .strictObject({
    step: z.literal('correct-errors'),
    language: z.enum(['en', 'ko']),
    /** Words that are right, such as names of products. */
    keep: z.array(z.string().min(1).max(100)).max(100_000).default([]),
    /** So many unknown words of a document are looked up; it is left as it is from there on. */
    maximumLookups: z.number().int().positive().max(100_000).default(500),
    /** English: grammar as well, by harper.js. */
    grammar: z.boolean().default(false),
    /** English: the rules of harper.js that count. */
    grammarRules: z
      .array(z.string().regex(/^[A-Z][A-Za-z\d]{0,63}$/, 'expected the name of a rule, such as AnA'))
      .min(1)
      .max(1_000)
      .default(confidentRules),
    /** Korean: spelling as well, by a dictionary that is installed. */
    dictionary: spellingDictionary.optional(),
  })
  .superRefine(({ language, grammar, dictionary }, context) => {
    if (grammar && language !== 'en')
      context.addIssue({ code: 'custom', path: ['grammar'], message: "expected the language 'en'" });
    if (dictionary && language !== 'ko')
      context.addIssue({ code: 'custom', path: ['dictionary'], message: "expected the language 'ko'" });
  });
export type CorrectErrorsSpec = z.infer<typeof correctErrors>;
