// The quality rules of Gopher (Rae et al. 2021, arXiv:2112.11446, A1.1), with the order, thresholds and reasons of datatrove
// 0.10's GopherQualityFilter.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { splitLines, strip } from './words/characters.ts';
import { gopherDefaults } from './words/language-defaults.ts';
import type { WordSplitter, Words } from './words/word-splitter.ts';
import type { CleaningStep } from './working-document.ts';

type Options = Extract<CleaningStepSpec, { step: 'gopher-quality' }>;

/** @returns how often a string stands in a text, without overlaps */
function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found += 1;
  return found;
}

function share(lines: readonly string[], has: (line: string) => boolean): number {
  return lines.filter(has).length / Math.max(1, lines.length);
}

const isBullet = (line: string): boolean => /^[•-]/.test(strip(line));
const endsOpen = (line: string): boolean => /(?:\.\.\.|…)$/.test(strip(line));

interface Tally {
  readonly wordly: number;
  readonly wordlyCharacters: number;
  readonly alphabetic: number;
  readonly stopWords: number;
}

function tally({ ids, vocabulary }: Words, stopWords: ReadonlySet<string>): Tally {
  const { texts, lengths, wordly, alphabetic } = vocabulary;
  const met = new Set<number>();
  let [words, characters, letters] = [0, 0, 0];
  for (const id of ids) {
    words += wordly[id];
    characters += wordly[id] * lengths[id];
    letters += alphabetic[id];
    met.add(id);
  }
  let stops = 0;
  for (const id of met) if (stopWords.has(texts[id])) stops += 1;
  return { wordly: words, wordlyCharacters: characters, alphabetic: letters, stopWords: stops };
}

/** Makes the step `gopher-quality`. */
export function createGopherQuality(options: Options, words: WordSplitter): CleaningStep {
  const limits = { ...gopherDefaults[options.language], ...options };
  const stopWords = new Set(limits.stopWords);

  const broken = (text: string): string | undefined => {
    const all = words.split(text);
    const total = all.ids.length;
    const { wordly, wordlyCharacters, alphabetic, stopWords: stops } = tally(all, stopWords);
    if (wordly < Math.max(1, limits.minimumWords)) return 'gopher_short_doc';
    if (wordly > limits.maximumWords) return 'gopher_long_doc';
    const meanLength = wordlyCharacters / wordly;
    if (meanLength < limits.minimumMeanLength) return 'gopher_below_avg_threshold';
    if (meanLength > limits.maximumMeanLength) return 'gopher_above_avg_threshold';
    if (count(text, '#') / total > limits.maximumSymbols) return 'gopher_too_many_hashes';
    if ((count(text, '...') + count(text, '…')) / total > limits.maximumSymbols)
      return 'gopher_too_many_ellipsis';
    const lines = splitLines(text);
    if (share(lines, isBullet) > limits.maximumBulletLines) return 'gopher_too_many_bullets';
    if (share(lines, endsOpen) > limits.maximumEllipsisLines) return 'gopher_too_many_end_ellipsis';
    if (alphabetic / total < limits.minimumAlphabeticWords) return 'gopher_below_alpha_threshold';
    if (stopWords.size > 0 && stops < limits.minimumStopWords) return 'gopher_enough_stop_words';
    return undefined;
  };

  return ({ text }) => {
    const reason = broken(text);
    return reason === undefined ? { decision: 'keep' } : { decision: 'drop', reason };
  };
}
