// Drops words that say little by themselves, for tasks that count words.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { stopWords } from './language/stop-words.ts';
import type { Replacement, Rewrite } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

/** A word, with the apostrophes within it. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu;
const LONGEST_WORD = 100;

// What the dropped words stood between.
const blanks: readonly Rewrite[] = [
  { pattern: /[ \t]+/g, by: ' ' },
  { pattern: / ?\n ?/g, by: '\n' },
  { pattern: /^ | $/g, by: '' },
];

/** Makes the step `remove-stop-words`. */
export function createRemoveStopWords({
  language,
  add,
  keep,
}: Extract<CleaningStepSpec, { step: 'remove-stop-words' }>): CleaningStep {
  const dropped = new Set([...stopWords(language), ...add.map(folded)]);
  for (const word of keep) dropped.delete(folded(word));
  return (document) => {
    const replacements: Replacement[] = [];
    for (const { index: start, 0: piece } of document.text.matchAll(WORD)) {
      if (piece.length <= LONGEST_WORD && dropped.has(folded(piece)))
        replacements.push({ start, piece, by: '' });
    }
    if (replacements.length === 0) return { decision: 'keep' };
    return changeBy(document, [{ replacements }, ...blanks], { words: replacements.length });
  };
}

const folded = (word: string): string => word.normalize('NFC').toLowerCase().replaceAll('’', "'");
