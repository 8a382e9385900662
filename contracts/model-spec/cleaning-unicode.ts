// Cleaning steps over characters: normalization forms, text that was read in the wrong encoding, entities, emoji, runs of characters,
// letter case.
import { z } from 'zod';

/** One form of each character, of line ends and of blanks; no controls and nothing invisible. */
export const normalizeUnicode = z.strictObject({
  step: z.literal('normalize-unicode'),
  form: z.enum(['NFC', 'NFKC']).default('NFC'),
  /** Characters that mean only what somebody agreed upon, such as icons of a font; absent: they stay. */
  privateUse: z.enum(['keep', 'remove']).optional(),
});

/** Undoes what reading UTF-8 as Windows-1252, or Korean EUC-KR as Latin-1, made of a text. */
export const repairMojibake = z.strictObject({ step: z.literal('repair-mojibake') });

/** `&amp;` and `&#44032;` in texts that are no markup. */
export const decodeEntities = z.strictObject({ step: z.literal('decode-entities') });

/** Says emoji by their names in Unicode's CLDR, or removes them. */
export const replaceEmoji = z.strictObject({
  step: z.literal('replace-emoji'),
  by: z.enum(['name', 'nothing']).default('name'),
  /** Of the names. */
  language: z.enum(['en', 'ko']).default('en'),
  /** Other symbols, such as arrows, boxes and stars. */
  symbols: z.enum(['keep', 'remove']).default('keep'),
});

const run = z.number().int().min(1).max(100);

/** Shortens a character that stands many times in a row to so many. */
export const shortenRuns = z.strictObject({
  step: z.literal('shorten-runs'),
  /** ㅋㅋㅋㅋ and ㅠㅠㅠ. */
  jamo: run.optional(),
  /** `!!!!` and `-----`. */
  punctuation: run.optional(),
  /** `soooo`; two is too few for `cool`. */
  letters: run.optional(),
});

export const lowerCase = z.strictObject({ step: z.literal('lower-case') });
