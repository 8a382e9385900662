// The repetition rules of Gopher (Rae et al. 2021, arXiv:2112.11446, A1.1 and table A1), with the order, thresholds and reasons
// of datatrove 0.10's GopherRepetitionFilter. Runs of words are compared word by word, there by their characters together.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { codePointCounter, strip } from './words/characters.ts';
import { findDuplicates } from './words/find-duplicates.ts';
import { countRepeatedWords } from './words/repeated-words.ts';
import type { WordSplitter } from './words/word-splitter.ts';
import type { CleaningStep } from './working-document.ts';

type Options = Extract<CleaningStepSpec, { step: 'gopher-repetition' }>;

const runsOf = (limits: Readonly<Record<string, number>>): [words: number, share: number][] =>
  Object.entries(limits).map(([words, share]) => [Number(words), share]);

/** Makes the step `gopher-repetition`. */
export function createGopherRepetition(limits: Options, words: WordSplitter): CleaningStep {
  const broken = (text: string): string | undefined => {
    const count = codePointCounter(text);
    const length = Math.max(1, count(text));
    const paragraphs = findDuplicates(strip(text).split(/\n{2,}/), count);
    if (paragraphs.share > limits.duplicateParagraphs) return 'dup_para_frac';
    if (paragraphs.characters / length > limits.duplicateParagraphCharacters) return 'dup_para_char_frac';
    const lines = findDuplicates(text.split(/\n+/), count);
    if (lines.share > limits.duplicateLines) return 'dup_line_frac';
    if (lines.characters / length > limits.duplicateLineCharacters) return 'dup_line_char_frac';
    const repeated = countRepeatedWords(words.split(text));
    for (const [n, share] of runsOf(limits.topNGrams))
      if (repeated.topCharacters(n) / length > share) return `top_${n}_gram`;
    for (const [n, share] of runsOf(limits.duplicateNGrams))
      if (repeated.duplicateCharacters(n) / length > share) return `duplicated_${n}_n_grams`;
    return undefined;
  };

  return ({ text }) => {
    const reason = broken(text);
    return reason === undefined ? { decision: 'keep' } : { decision: 'drop', reason };
  };
}
