// Cleaning steps that choose what is worth learning from: the rules of Gopher, C4 and FineWeb. Defaults are those of datatrove
// 0.10; shares are from 0 to 1.
import { z } from 'zod';
import { classifierFile } from './harmful-text.ts';

const share = z.number().min(0).max(1);
const count = z.number().int().nonnegative();
/** What words are: English ones with contractions parted, Korean eojeol, or what stands between blanks and punctuation. */
const language = z.enum(['en', 'ko', 'other']).default('en');
/** From the number of words of a run to the share of a text that such runs may be. */
const runs = z.record(z.string().regex(/^(?:[1-9]|[12]\d|3[0-2])$/, 'expected 1 to 32 words'), share);

/** Drops documents that are too short, too long, or made of symbols, bullets, or words of no language. */
export const gopherQuality = z.strictObject({
  step: z.literal('gopher-quality'),
  language,
  minimumWords: count.default(50),
  maximumWords: count.default(100_000),
  /** Of words that are more than punctuation, in code points; absent: by language. */
  minimumMeanLength: z.number().nonnegative().optional(),
  maximumMeanLength: z.number().positive().optional(),
  /** Of `#`, or of ellipses, to words. */
  maximumSymbols: share.default(0.1),
  maximumBulletLines: share.default(0.9),
  maximumEllipsisLines: share.default(0.3),
  /** Words with a letter in them. */
  minimumAlphabeticWords: share.default(0.8),
  /** How many different ones of `stopWords` stand in the text. */
  minimumStopWords: count.default(2),
  /** Absent: by language. */
  stopWords: z.array(z.string().min(1)).max(10_000).optional(),
});

/** Drops documents that say the same again and again: lines, paragraphs, runs of words. */
export const gopherRepetition = z.strictObject({
  step: z.literal('gopher-repetition'),
  language,
  duplicateLines: share.default(0.3),
  duplicateParagraphs: share.default(0.3),
  duplicateLineCharacters: share.default(0.2),
  duplicateParagraphCharacters: share.default(0.2),
  /** Of the text, what all occurrences of its most frequent run of so many words may be. */
  topNGrams: runs.default({ 2: 0.2, 3: 0.18, 4: 0.16 }),
  /** Of the text, what runs of so many words that stood before may be. */
  duplicateNGrams: runs.default({ 5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1 }),
});

/** Drops lines that are no prose, and documents with too few sentences left, with `lorem ipsum` or with curly brackets. */
export const c4Quality = z.strictObject({
  step: z.literal('c4-quality'),
  language,
  /** Takes out `[12]`, `[edit]` and `[citation needed]`. */
  removeCitations: z.boolean().default(true),
  /** A line ends in a mark, and in no ellipsis. */
  endedLines: z.boolean().default(true),
  minimumSentences: count.default(5),
  minimumWordsPerLine: count.default(3),
  maximumWordLength: count.default(1_000),
  loremIpsum: z.boolean().default(true),
  javascript: z.boolean().default(true),
  curlyBrackets: z.boolean().default(true),
  /** Lines about cookies and terms of use. */
  policies: z.boolean().default(true),
});

/** Drops documents with too few long lines, as mC4 does. */
export const c4Paragraphs = z.strictObject({
  step: z.literal('c4-paragraphs'),
  minimumParagraphs: z.number().int().positive().default(3),
  /** Code points of a line that counts. */
  minimumLength: z.number().int().positive().default(200),
});

/** Drops documents of lines without an end, short lines, repeated lines, or lists. */
export const finewebQuality = z.strictObject({
  step: z.literal('fineweb-quality'),
  language,
  /** Lines that end in a mark, of all that are not blank. */
  minimumEndedLines: share.default(0.12),
  /** Keeps a document in which no line ends in a mark. */
  allowNoEndedLine: z.boolean().default(false),
  maximumShortLines: share.default(0.67),
  /** Code points; absent: by language. */
  shortLineLength: count.optional(),
  maximumDuplicateCharacters: share.default(0.01),
  /** Line feeds to words. */
  maximumNewLines: z.number().nonnegative().default(0.3),
});

/** Drops what is in no wanted language: documents, or paragraphs of them. */
export const identifyLanguage = z.strictObject({
  step: z.literal('identify-language'),
  /** ISO 639-1. */
  languages: z
    .array(z.string().regex(/^[a-z]{2}$/, 'expected a code of two letters, as in ISO 639-1'))
    .min(1)
    .max(60),
  /** Of the text in its language. */
  minimumScore: share.default(0.5),
  by: z.enum(['document', 'paragraph']).default('document'),
});

/** Drops lists, collections of links, and pieces of sentences. */
export const textShape = z.strictObject({
  step: z.literal('text-shape'),
  /** Lines that begin as an entry of a list. */
  maximumListLines: share.default(0.5),
  /** Characters in addresses. */
  maximumLinks: share.default(0.2),
  /** Lines of five words or more that begin in lower case, or end in no mark or before their sentence does. */
  maximumIncompleteLines: share.default(0.5),
});

/** Drops code that nobody wrote by hand. */
export const codeQuality = z.strictObject({
  step: z.literal('code-quality'),
  maximumLineLength: count.default(1_000),
  maximumMeanLineLength: z.number().positive().default(100),
  /** Letters and digits. */
  minimumAlphanumeric: share.default(0.25),
  /** Files that say so at their beginning. */
  generated: z.enum(['drop', 'keep']).default('drop'),
});

/** Drops what a classifier of one's own does not call good. */
export const classifyQuality = z.strictObject({
  step: z.literal('classify-quality'),
  classifier: classifierFile,
  /** Of the classifier. */
  label: z.string().min(1).default('good'),
  minimumScore: share.default(0.5),
});
