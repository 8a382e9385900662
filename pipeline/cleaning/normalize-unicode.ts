// One spelling for one text: Unicode normalization form (UAX #15), line ends, blanks, and no invisible characters.
import type { CleaningStep } from './working-document.ts';
import { changeTo } from './working-document.ts';

// Controls other than tab and line feed, soft hyphen, zero-width space, word joiner, byte order mark, marks of writing
// direction. The joiners U+200C and U+200D stay: Persian and emoji need them.
const INVISIBLE =
  // biome-ignore format: one class a reader can check
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g;

const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * Normalizes a text.
 * @param form NFKC also folds what only looks different, such as full-width letters
 */
function normalizeText(text: string, form: 'NFC' | 'NFKC'): string {
  const lines = text.replace(/\r\n?|\u2028|\u2029|\u0085/g, '\n').replace(LONE_SURROGATE, '\uFFFD');
  const visible = lines.normalize(form).replace(INVISIBLE, '');
  const folded = visible.replace(/[\t \u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]+/g, ' ');
  return folded
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Makes the step `normalize-unicode`. */
export function createNormalizeUnicode({ form }: { readonly form: 'NFC' | 'NFKC' }): CleaningStep {
  return (document) => changeTo(document, normalizeText(document.text, form));
}
