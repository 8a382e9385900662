// One spelling for one text: Unicode normalization form (UAX #15), line ends, blanks, and no invisible characters.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import type { Rewrite } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

// Controls other than tab and line feed, soft hyphen, zero-width space, word joiner, byte order mark, marks of writing
// direction.
const INVISIBLE =
  // biome-ignore format: one class a reader can check
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g;

// The joiners U+200C and U+200D say something within Persian, the scripts of India and emoji, and nothing elsewhere.
const JOINED =
  '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}' +
  '\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}' +
  '\\p{Script=Khmer}\\p{Script=Mongolian}\\p{M}\\p{Extended_Pictographic}\\p{Emoji_Modifier}]';
const STRAY_JOINER = new RegExp(`(?<!${JOINED})[\\u200C\\u200D]+|[\\u200C\\u200D]+(?!${JOINED})`, 'gu');

const PRIVATE_USE = /\p{Private_Use}/gu;

const LONE_SURROGATE = /\p{Surrogate}/gu;

type Options = Extract<CleaningStepSpec, { step: 'normalize-unicode' }>;

/** @param options.form NFKC also folds what only looks different, such as full-width letters */
function rewritesOf({ form, privateUse }: Options): Rewrite[] {
  return [
    { pattern: /\r\n?|\u2028|\u2029|\u0085/g, by: '\n' },
    { pattern: LONE_SURROGATE, by: '\uFFFD' },
    { form },
    { pattern: INVISIBLE, by: '' },
    { pattern: STRAY_JOINER, by: '' },
    ...(privateUse === 'remove' ? [{ pattern: PRIVATE_USE, by: '' }] : []),
    { pattern: /[\t \u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]+/g, by: ' ' },
    { pattern: / ?\n ?/g, by: '\n' },
    { pattern: /\n{3,}/g, by: '\n\n' },
    { pattern: /^\s+|(?<!\s)\s+$/g, by: '' },
  ];
}

/** Makes the step `normalize-unicode`. */
export function createNormalizeUnicode(options: Options): CleaningStep {
  const rewrites = rewritesOf(options);
  return (document) => changeBy(document, rewrites);
}
