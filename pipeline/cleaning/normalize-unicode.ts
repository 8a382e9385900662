// One spelling for one text: Unicode normalization form (UAX #15), line ends, blanks, and no invisible characters.
import type { Rewrite } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

// Controls other than tab and line feed, soft hyphen, zero-width space, word joiner, byte order mark, marks of writing
// direction. The joiners U+200C and U+200D stay: Persian and emoji need them.
const INVISIBLE =
  // biome-ignore format: one class a reader can check
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g;

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** @param form NFKC also folds what only looks different, such as full-width letters */
function rewritesOf(form: 'NFC' | 'NFKC'): Rewrite[] {
  return [
    { pattern: /\r\n?|\u2028|\u2029|\u0085/g, by: '\n' },
    { pattern: LONE_SURROGATE, by: '\uFFFD' },
    { form },
    { pattern: INVISIBLE, by: '' },
    { pattern: /[\t \u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]+/g, by: ' ' },
    { pattern: / ?\n ?/g, by: '\n' },
    { pattern: /\n{3,}/g, by: '\n\n' },
    { pattern: /^\s+|\s+$/g, by: '' },
  ];
}

/** Makes the step `normalize-unicode`. */
export function createNormalizeUnicode({ form }: { readonly form: 'NFC' | 'NFKC' }): CleaningStep {
  const rewrites = rewritesOf(form);
  return (document) => changeBy(document, rewrites);
}
