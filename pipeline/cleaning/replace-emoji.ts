// Emoji by their names in Unicode's CLDR (👍 → :thumbs_up:, :추천:), or without them; other symbols stay or go.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import type { EmojiNames } from './language/analysers.ts';
import type { Replacement, Rewrite } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

// As UTS #51 composes them, and no longer than any there is. Signs that are emoji only where they are asked to be stay: © ® ™.
const ONE = '(?![\\u00A9\\u00AE\\u203C\\u2049\\u2122\\u3030\\u303D\\u3297\\u3299])\\p{Extended_Pictographic}';
const CHANGED = '(?:\\p{Emoji_Modifier}\\uFE0F?|[\\uFE0E\\uFE0F]|[\\u{E0020}-\\u{E007E}]{1,6}\\u{E007F})?';
const EMOJI = new RegExp(
  `\\p{Regional_Indicator}{2}|[\\d#*]\\uFE0F?\\u20E3|${ONE}${CHANGED}(?:\\u200D${ONE}${CHANGED}){0,9}`,
  'gu',
);
const SYMBOL = /\p{So}/gu;
const NOT_IN_NAMES = /[^\p{L}\p{N}]+/gu;
const SELECTORS = /[\uFE0E\uFE0F]/g;

/**
 * Makes the step `replace-emoji`.
 * @param load names, when an emoji first asks for its own
 */
export function createReplaceEmoji(
  { by: told, symbols }: Extract<CleaningStepSpec, { step: 'replace-emoji' }>,
  load: () => Promise<EmojiNames>,
): CleaningStep {
  const others: Rewrite[] = symbols === 'remove' ? [{ pattern: SYMBOL, by: '' }] : [];
  return async (document) => {
    const found = [...document.text.matchAll(EMOJI)];
    const names = told === 'name' && found.length > 0 ? await load() : undefined;
    const nameOf = (emoji: string): string => names?.get(emoji.replace(SELECTORS, '')) ?? '';
    const replacements = found.map(({ index: start, 0: piece }): Replacement => {
      const name = nameOf(piece);
      return { start, piece, by: name === '' ? '' : `:${name.replace(NOT_IN_NAMES, '_')}:` };
    });
    return changeBy(document, [{ replacements }, ...others], { emoji: replacements.length });
  };
}
