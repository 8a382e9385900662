// What FineWeb adds (Penedo et al. 2024, arXiv:2406.17557, 3.5): lines without an end, short lines, repeated lines, lists. Order,
// thresholds and reasons are those of datatrove 0.10's FineWebQualityFilter.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { codePointCounter, strip } from './words/characters.ts';
import { findDuplicates } from './words/find-duplicates.ts';
import { shortLineLength } from './words/language-defaults.ts';
import { terminalPunctuation } from './words/punctuation.ts';
import type { WordSplitter } from './words/word-splitter.ts';
import type { CleaningStep } from './working-document.ts';

type Options = Extract<CleaningStepSpec, { step: 'fineweb-quality' }>;

function endsSentence(line: string): boolean {
  const last = line.charCodeAt(line.length - 1);
  const mark = last >= 0xdc00 && last <= 0xdfff ? line.slice(-2) : line.slice(-1);
  return terminalPunctuation.has(mark);
}

/** Makes the step `fineweb-quality`. */
export function createFinewebQuality(options: Options, words: WordSplitter): CleaningStep {
  const shortest = options.shortLineLength ?? shortLineLength[options.language];

  const broken = (text: string): string | undefined => {
    const count = codePointCounter(text);
    const all = text.split('\n');
    const lines = all.filter((line) => strip(line) !== '');
    if (lines.length === 0) return 'empty';
    const ended = lines.filter(endsSentence).length / lines.length;
    if (ended < options.minimumEndedLines && !(ended === 0 && options.allowNoEndedLine))
      return 'line_punct_ratio';
    const short = lines.filter((line) => count(line) <= shortest).length / lines.length;
    if (short > options.maximumShortLines) return 'short_line_ratio';
    const characters = count(text) - (all.length - 1);
    if (findDuplicates(lines, count).characters / characters > options.maximumDuplicateCharacters)
      return 'char_dup_ratio';
    const total = Math.max(1, words.split(text).ids.length);
    return (all.length - 1) / total > options.maximumNewLines ? 'list_ratio' : undefined;
  };

  return ({ text }) => {
    const reason = broken(text);
    return reason === undefined ? { decision: 'keep' } : { decision: 'drop', reason };
  };
}
