// Cleaning steps that change words, for tasks that want fewer forms of them, and the one that parts sentences.
import { z } from 'zod';

const language = z.enum(['en', 'ko']);

/** Drops words that say little by themselves, such as articles; what is left stands between single blanks. */
export const removeStopWords = z.strictObject({
  step: z.literal('remove-stop-words'),
  language,
  /** Taken for stop words as well. */
  add: z.array(z.string().min(1).max(100)).max(10_000).default([]),
  /** Left in the text though the list has them. */
  keep: z.array(z.string().min(1).max(100)).max(10_000).default([]),
});
/** Cuts endings off by rule, and brings words to lower case: English by Snowball, Korean particles and endings. */
export const stem = z.strictObject({ step: z.literal('stem'), language });
/** Brings English words to the form that a dictionary has. */
export const lemmatize = z.strictObject({ step: z.literal('lemmatize') });
/** Parts Korean words into morphemes with blanks between them, by Kiwi. */
export const splitMorphemes = z.strictObject({
  step: z.literal('split-morphemes'),
  /** First letters of the tags that stay, such as `['N', 'V']` for nouns and verbs (Sejong tags); all where empty. */
  tags: z
    .array(z.string().regex(/^[A-Z]{1,3}$/, 'expected the first letters of Sejong tags, such as N or VV'))
    .default([]),
});
/** Puts every sentence on a line of its own. */
export const splitSentences = z.strictObject({
  step: z.literal('split-sentences'),
  language,
  /** `'segmenter'`: the rules of Unicode (UAX #29); `'wink'`: English; `'kiwi'`: Korean. */
  by: z.enum(['segmenter', 'wink', 'kiwi']).default('segmenter'),
});
